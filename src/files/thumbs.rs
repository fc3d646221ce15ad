//! Thumbnails: made on first request by a few threads at most, stored beside their originals, never asked for twice.

use std::io::{BufReader, BufWriter, Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use image::codecs::gif::GifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};
use quick_cache::sync::Cache;
use tokio::sync::Semaphore;

use super::{Content, Files, Store, Upload, io};
use crate::error::{Error, Result};

/// A picture with more is not decoded: four bytes each is what it takes.
const MAX_PIXELS: u64 = 64 << 20;
const MAX_BYTES: u64 = MAX_PIXELS * 5;
/// The largest side of a thumbnail.
const MAX_SIDE: u32 = 8192;
/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(60);
/// Outcomes that are remembered.
const KNOWN: usize = 4096;
const JPEG_QUALITY: u8 = 95;
/// Stored types that can be decoded.
const DECODED: [&str; 5] = ["image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp"];
/// Bytes of a picture that is fetched from a bucket for this.
const MAX_FETCHED: u64 = 256 << 20;

/// What a size asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// 0 = as the aspect wants it, also for the height.
    width: u32,
    height: u32,
    crop: Crop,
}

/// What happens to the part that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Crop {
    Centre,
    KeepTop,
    KeepBottom,
    /// Nothing is cut: the picture is made to fit, and never enlarged.
    Fit,
}

impl Size {
    /// `WxH`, `WxHt`, `WxHb`, `WxHf`; one of both may be 0.
    pub fn parse(text: &str) -> Option<Size> {
        let (width, rest) = text.split_once('x')?;
        let (height, crop) = match rest.strip_suffix(['t', 'b', 'f']) {
            Some(height) if rest.ends_with('t') => (height, Crop::KeepTop),
            Some(height) if rest.ends_with('b') => (height, Crop::KeepBottom),
            Some(height) => (height, Crop::Fit),
            None => (rest, Crop::Centre),
        };
        let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u32>().ok())?;
        let (width, height) = (number(width)?, number(height)?);
        let sane = width.max(height) > 0 && width.max(height) <= MAX_SIDE;
        sane.then_some(Size { width, height, crop })
    }

    /// The part of the source that is used, as x, y, width, height, and the size it gets.
    fn place(self, (width, height): (u32, u32)) -> ([u32; 4], (u32, u32)) {
        let whole = [0, 0, width, height];
        let (w, h) = (f64::from(width), f64::from(height));
        let (to_w, to_h) = (f64::from(self.width), f64::from(self.height));
        let whole_pixels = |side: f64| (side as u32).max(1);
        if self.width == 0 || self.height == 0 {
            let scale = if self.width == 0 { to_h / h } else { to_w / w };
            return (whole, (whole_pixels((w * scale).round()), whole_pixels((h * scale).round())));
        }
        if self.crop == Crop::Fit {
            let scale = (to_w / w).min(to_h / h).min(1.0);
            // A hair more, so that what is whole stays whole.
            return (whole, (whole_pixels((w * scale) + 1e-9), whole_pixels((h * scale) + 1e-9)));
        }
        let scale = (to_w / w).max(to_h / h);
        let used_w = whole_pixels((to_w / scale).round()).min(width);
        let used_h = whole_pixels((to_h / scale).round()).min(height);
        let top = match self.crop {
            Crop::KeepTop => 0,
            Crop::KeepBottom => height - used_h,
            Crop::Centre | Crop::Fit => (height - used_h) / 2,
        };
        ([(width - used_w) / 2, top, used_w, used_h], (self.width, self.height))
    }
}

/// The pool and what is known.
pub struct Thumbs {
    /// By key: whether there is one. Waiting for one that is being made is asking this.
    known: Cache<String, bool>,
    turns: Semaphore,
}

impl Thumbs {
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Thumbs { known: Cache::new(KNOWN), turns: Semaphore::new(cores.min(4)) }
    }

    /// They may all be gone.
    pub fn forget_all(&self) {
        self.known.clear();
    }
}

/// The folder of the thumbnails of a file.
pub(super) fn folder(folder: &str, name: &str) -> String {
    format!("{folder}/thumbs_{name}")
}

impl Files {
    /// The key of the thumbnail of the picture at `key`, made now unless it is there; `None` when the original has to do:
    /// it is no picture, a broken one, or a very large one.
    pub async fn thumb(&self, key: &str, size: &str) -> Option<String> {
        let wanted = Size::parse(size)?;
        let (record, name) = key.rsplit_once('/')?;
        let thumb = format!("{}/{size}_{name}", folder(record, name));
        let made = self.0.thumbs.known.get_or_insert_async(&thumb, self.make(key, &thumb, wanted)).await;
        match made {
            Ok(there) => there.then_some(thumb),
            Err(error) => {
                tracing::warn!(%key, %size, %error, "a thumbnail could not be made");
                None
            }
        }
    }

    /// Somebody removed a thumbnail: it is made again when it is asked for.
    pub fn forget_thumb(&self, thumb: &str) {
        self.0.thumbs.known.remove(thumb);
    }

    async fn make(&self, key: &str, thumb: &str, size: Size) -> Result<bool> {
        let store = self.store()?;
        if store.size(thumb).await?.is_some() {
            return Ok(true);
        }
        let late = || Error::Unavailable { message: "Too many thumbnails at once.".into(), retry_after_s: 5 };
        let turn = tokio::time::timeout(PATIENCE, self.0.thumbs.turns.acquire()).await.map_err(|_| late())?;
        let _turn = turn.map_err(|_| late())?;
        let Some(bytes) = self.drawn(&store, key, size).await? else { return Ok(false) };
        match store {
            Store::Local(local) => {
                let target = local.path(thumb)?;
                let work = move || place(&target, &bytes).map(|()| true).map_err(io);
                tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
            }
            Store::Bucket(bucket) => {
                let size = bytes.len() as u64;
                let upload = Upload::new(String::new(), size, Content::Memory(bytes));
                bucket.put(thumb, &upload).await.map(|()| true)
            }
        }
    }

    /// The thumbnail of a picture, unless it is none.
    async fn drawn(&self, store: &Store, key: &str, size: Size) -> Result<Option<Vec<u8>>> {
        let spooled;
        let far = match store {
            Store::Bucket(bucket) => bucket.size(key).await?.map(|len| (bucket, len)),
            Store::Local(_) => None,
        };
        let source = if let Some((bucket, len)) = far {
            let kind = bucket.media_type(key).await?;
            if !DECODED.contains(&kind.as_ref()) || len > MAX_FETCHED {
                return Ok(None);
            }
            spooled = self.spool().await?;
            bucket.fetch(key, spooled.path()).await?;
            spooled.path().to_path_buf()
        } else {
            let local = self.0.local.clone();
            let path = local.path(key)?;
            let key = key.to_string();
            let kind = tokio::task::spawn_blocking(move || local.media_type(&key)).await;
            if !DECODED.contains(&kind.map_err(Error::internal)??.as_ref()) {
                return Ok(None);
            }
            path
        };
        let key = key.to_string();
        let work = move || match draw(&source, size) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                tracing::warn!(%key, %error, "a picture could not be read for a thumbnail");
                None
            }
        };
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)
    }
}

/// The bytes of a thumbnail: JPEG of JPEG, GIF of GIF, PNG of anything else.
fn draw(source: &Path, size: Size) -> image::ImageResult<Vec<u8>> {
    let mut reader = ImageReader::new(BufReader::new(std::fs::File::open(source)?)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_BYTES);
    reader.limits(limits);
    let format = reader.format();
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        let kind = image::error::LimitErrorKind::DimensionError;
        return Err(image::ImageError::Limits(image::error::LimitError::from_kind(kind)));
    }
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    let ([x, y, w, h], (to_w, to_h)) = size.place((picture.width(), picture.height()));
    let used =
        if [x, y, w, h] == [0, 0, picture.width(), picture.height()] { picture } else { picture.crop_imm(x, y, w, h) };
    let small = if (w, h) == (to_w, to_h) { used } else { used.resize_exact(to_w, to_h, FilterType::Triangle) };
    let mut out = Cursor::new(Vec::new());
    match format {
        Some(ImageFormat::Jpeg) => {
            small.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY))?
        }
        Some(ImageFormat::Gif) => GifEncoder::new(&mut out).encode_frame(image::Frame::new(small.to_rgba8()))?,
        _ => small.write_with_encoder(PngEncoder::new(&mut out))?,
    }
    Ok(out.into_inner())
}

/// Under its name at once or not at all: others may be looking for it.
fn place(target: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder: PathBuf = target.parent().map(Path::to_path_buf).unwrap_or_default();
    std::fs::create_dir_all(&folder)?;
    let mut file = tempfile::NamedTempFile::new_in(&folder)?;
    BufWriter::new(&mut file).write_all(bytes)?;
    file.persist(target)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_as_the_protocol_has_them() {
        for (size, wide, square) in [
            ("100x100", (100, 100), (100, 100)),
            ("30x0", (30, 20), (30, 30)),
            ("0x20", (30, 20), (20, 20)),
            ("40x30", (40, 30), (40, 30)),
            ("40x30t", (40, 30), (40, 30)),
            ("40x30b", (40, 30), (40, 30)),
            ("40x30f", (40, 26), (10, 10)),
        ] {
            let size = Size::parse(size).unwrap();
            assert_eq!(size.place((120, 80)).1, wide, "{size:?}");
            assert_eq!(size.place((10, 10)).1, square, "{size:?}");
        }
        for bad in ["0x0", "bad", "", "x", "1x", "-1x2", "1x2tt", "1x2g", "99999x1", "+1x1"] {
            assert_eq!(Size::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn crops_keep_what_they_say() {
        let part = |size: &str, from| Size::parse(size).unwrap().place(from).0;
        assert_eq!(part("10x10", (100, 40)), [30, 0, 40, 40]);
        assert_eq!(part("10x10", (40, 100)), [0, 30, 40, 40]);
        assert_eq!(part("10x10t", (40, 100)), [0, 0, 40, 40]);
        assert_eq!(part("10x10b", (40, 100)), [0, 60, 40, 40]);
        assert_eq!(part("10x10", (1, 1)), [0, 0, 1, 1]);
    }
}
