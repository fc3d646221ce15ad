//! `/api/files`: stored files of records, their thumbnails, and tokens for protected ones.

use std::sync::Arc;

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, IF_MATCH, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, RANGE,
};
use actix_web::{HttpMessage as _, HttpRequest, get, post, web};
use utoipa::IntoParams;

use super::{Refusal, Routes};
use crate::context::Ctx;
use crate::error::{Error, Result};
use crate::files::{Blob, Want};
use crate::http::ask::Ask;
use crate::http::delivery::deliver;
use crate::http::error::Answer;
use crate::http::shell::{Embeddable, OnlyHead};
use crate::value::json;

pub(super) const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox");
const PUBLIC: HeaderValue = HeaderValue::from_static("max-age=2592000, stale-while-revalidate=86400");
/// Nobody on the way may keep what asks who wants it.
const PRIVATE: HeaderValue = HeaderValue::from_static("private, max-age=2592000, stale-while-revalidate=86400");
/// What asks for less than the whole file.
const PARTIAL: [HeaderName; 6] = [RANGE, IF_RANGE, IF_MATCH, IF_NONE_MATCH, IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE];
/// The size that every picture has.
const DEFAULT_THUMB: &str = "100x100";
/// Types that browsers show; anything else is saved.
const INLINE: &str = " image/png image/jpg image/jpeg image/gif image/webp image/x-icon image/bmp video/webm video/mp4 \
    video/3gpp video/quicktime video/x-ms-wmv audio/basic audio/aiff audio/mpeg audio/midi audio/mp3 audio/wave audio/wav \
    audio/x-wav audio/x-mpeg audio/x-m4a audio/aac application/pdf application/x-pdf ";

pub fn routes(config: &mut impl Routes) {
    config.service(token).service(download);
}

/// How a file is wanted.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FileParams {
    /// `WxH`, `WxHt`, `WxHb`, `WxHf`, `Wx0` or `0xH`, if the field offers it; pictures only.
    pub thumb: Option<String>,
    /// `1` = to be saved, whatever it is.
    pub download: Option<String>,
    /// For protected files, from `/api/files/token`.
    pub token: Option<String>,
}

/// A file token
///
/// A short-lived token for the caller's protected files.
#[utoipa::path(tag = "files", responses((status = 200, description = "The token", body = Object), Refusal))]
#[post("/api/files/token")]
pub async fn token(ask: Ask) -> Answer {
    let token = ask.auth.file_token(&ask.ctx.caller)?;
    ask.json(json::text(&serde_json::json!({ "token": token })).into_bytes())
}

/// A file
#[utoipa::path(tag = "files", params(FileParams), responses((status = 200, description = "The file, or a part of it"), Refusal))]
#[get("/api/files/{collection}/{record}/{name}")]
pub async fn download(ask: Ask, path: web::Path<(String, String, String)>, request: HttpRequest) -> Answer {
    let (collection, record, name) = path.into_inner();
    let ctx = Ctx { caller: ask.file_caller(&request).await?, ..ask.ctx.clone() };
    let found = ask.records.attachment(&ctx, &collection, &record, &name).await?;
    let size = ask.ctx.query("thumb").filter(|size| *size == DEFAULT_THUMB || found.thumbs.iter().any(|s| s == size));
    let thumb = match size {
        Some(size) => ask.files.thumb(&found.key, size).await.map(|key| (key, format!("{size}_{name}"))),
        None => None,
    };
    let (key, shown) = thumb.unwrap_or((found.key, name));
    let blob = open(&ask, &key, want(&request)).await?;
    let media_type = by_extension(&shown).map_or_else(|| Arc::clone(&blob.media_type), Arc::from);
    let saved = ask.ctx.query("download").is_some_and(|text| ["1", "t", "T", "true", "TRUE", "True"].contains(&text));
    let disposition = disposition(&media_type, &shown, saved)?;
    let mut answer = deliver(&request, blob, &media_type, &key).await?;
    // Pages of other origins may show a document in a frame; the policy keeps it from doing anything there.
    answer.extensions_mut().insert(Embeddable);
    let headers = answer.headers_mut();
    headers.insert(CONTENT_DISPOSITION, disposition);
    headers.insert(CACHE_CONTROL, if found.protected { PRIVATE } else { PUBLIC });
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    Ok(answer)
}

/// How much of a file a request wants.
pub(super) fn want(request: &HttpRequest) -> Want {
    let partial = PARTIAL.iter().any(|header| request.headers().contains_key(header));
    if partial || request.extensions().contains::<OnlyHead>() { Want::Part } else { Want::Whole }
}

async fn open(ask: &Ask, key: &str, want: Want) -> Result<Blob> {
    let opened = ask.files.open(key, want).await;
    opened.inspect_err(|error| {
        if error.is_not_found() {
            ask.files.forget_thumb(key)
        }
    })
}

/// What the extension says where content cannot.
fn by_extension(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "svg" => "image/svg+xml",
        "css" => "text/css",
        "js" | "mjs" => "text/javascript",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        _ => return None,
    })
}

/// How browsers are to take a file.
pub(super) fn disposition(media_type: &str, name: &str, saved: bool) -> Result<HeaderValue> {
    let bare = media_type.split(';').next().unwrap_or_default();
    let shown = !saved && INLINE.contains(&format!(" {bare} "));
    let way = if shown { "inline" } else { "attachment" };
    // Stored names have neither quotes nor anything beyond ASCII, but those of other servers may.
    let name: String =
        name.chars().map(|c| if c.is_ascii_graphic() && !matches!(c, '"' | '\\') { c } else { '_' }).collect();
    HeaderValue::from_str(&format!("{way}; filename=\"{name}\"")).map_err(Error::internal)
}
