//! A new account for a person: what the client wants it to have, what the provider says, a picture.

use std::sync::Arc;
use std::time::Duration;

use crate::context::Ctx;
use crate::error::Result;
use crate::files::{Content, Upload};
use crate::records::Body;
use crate::records::body::{Input, NewFile};
use crate::records::create::{Creation, Vouched};
use crate::records::uploads::Stored;
use crate::schema::{Collection, Field, FieldKind};
use crate::store::{Reader as _, Tx};
use crate::value::{Json, Object, ValueRef, list};

use super::account::Knock;
use super::form::Form;
use super::person::Person;
use crate::auth::{Auth, accounts};

const AVATAR_TIME: Duration = Duration::from_secs(10);
const AVATAR_BYTES: usize = 32 << 20;
const NAME: usize = 100;

impl Auth {
    /// Everything the writer needs to make the account under the create rule; pictures are stored already.
    pub(super) async fn newcomer(&self, knock: &Knock<'_>, stored: &mut Stored) -> Result<Creation> {
        let Knock { ctx, collection, form, person, .. } = *knock;
        self.records.not_closed(ctx, collection.rules.create.as_deref())?;
        let mut fields = payload(collection, form, person);
        let mut password = None;
        if fields.get("password").and_then(Json::as_str).unwrap_or_default().is_empty() {
            let plain = self.random_password();
            password = Some(self.records.hasher.hash(&plain).await?);
            fields.insert("password".into(), plain.as_str().into());
            fields.insert("passwordConfirm".into(), plain.into());
        }
        let mut body = Body::of(fields);
        let picture = avatar_field(collection, form);
        if let Some(field) = picture {
            body.uploads
                .extend(self.avatar(field, &person.avatar_url).await.map(|upload| (field.name.clone(), upload)));
        }
        let mut input = Input::new(body, &self.records.ids);
        // A picture the field does not take is no reason to turn a person away.
        input.uploads.retain(|file| picture.is_some_and(|field| takes(field, file)));
        let ctx = Ctx { method: "POST", ..ctx.clone() };
        let catalog = self.records.store.catalog();
        let mut creation = self.records.creation(&catalog, ctx, &collection.id, input)?;
        creation.vouched = Some(Vouched { email: person.email.clone(), password });
        self.records.create_ahead(&mut creation, stored).await?;
        Ok(creation)
    }

    /// A mapped user name that somebody has already is left out.
    pub(super) fn drop_taken_username(&self, tx: &mut Tx, creation: &mut Creation, person: &Person) -> Result<()> {
        let catalog = tx.catalog().clone();
        let Some(collection) = catalog.find(&creation.collection) else { return Ok(()) };
        let Some(name) = collection.auth().map(|options| options.oauth2.mapped_fields.username.as_str()) else {
            return Ok(());
        };
        let mapped = creation.body.fields.get(name).and_then(Json::as_str) == Some(person.username.as_str());
        let unique = !person.username.is_empty() && collection.has_unique_index(name);
        if mapped && unique && accounts::with(tx, collection, name, &person.username)?.is_some() {
            Arc::make_mut(&mut creation.body.fields).shift_remove(name);
        }
        Ok(())
    }

    /// The picture behind a URL; whatever goes wrong, there is none.
    async fn avatar(&self, field: &Field, url: &str) -> Option<Upload> {
        if url.is_empty() {
            return None;
        }
        let FieldKind::File { max_size, .. } = field.kind else { return None };
        let wanted = usize::try_from(max_size).ok().filter(|size| *size > 0).unwrap_or(AVATAR_BYTES);
        let fetch = self.oauth2.avatar(url, wanted.min(AVATAR_BYTES));
        match tokio::time::timeout(AVATAR_TIME, fetch).await.map_err(|_| "it took too long".to_string()).flatten() {
            Ok(bytes) => Some(Upload::new(file_name(url), bytes.len() as u64, Content::Memory(bytes))),
            Err(why) => {
                tracing::warn!(why, "the picture of a new account could not be fetched");
                None
            }
        }
    }
}

impl super::Desk {
    async fn avatar(&self, url: &str, limit: usize) -> std::result::Result<Vec<u8>, String> {
        let received = if self.config.private_avatars {
            self.outbound.send(crate::outbound::Call { url, ..Default::default() }, limit).await
        } else {
            self.outbound.fetch_public(url, limit).await
        };
        let received = received.map_err(|failure| failure.to_string())?;
        if !(200..400).contains(&received.status) {
            return Err(format!("status {}", received.status));
        }
        Ok(received.body)
    }
}

/// The fields of the new account as if its owner had submitted them; what the client sent comes first.
fn payload(collection: &Collection, form: &Form, person: &Person) -> Object {
    let mut fields = form.create_data.clone();
    if fields.get("email").and_then(Json::as_str).unwrap_or_default().is_empty() {
        fields.insert("email".into(), person.email.as_str().into());
    }
    let Some(mapped) = collection.auth().map(|options| &options.oauth2.mapped_fields) else { return fields };
    let mut map = |name: &str, value: &str| {
        if !name.is_empty() && !fields.contains_key(name) {
            fields.insert(name.to_string(), value.into());
        }
    };
    map(&mapped.id, &person.id);
    map(&mapped.name, &person.name);
    if collection.field(&mapped.username).is_some_and(|(_, field)| may_be_named(field, &person.username)) {
        map(&mapped.username, &person.username);
    }
    let is_file = |(_, field): (usize, &Field)| matches!(field.kind, FieldKind::File { .. });
    if !collection.field(&mapped.avatar_url).is_some_and(is_file) {
        map(&mapped.avatar_url, &person.avatar_url);
    }
    fields
}

fn may_be_named(field: &Field, username: &str) -> bool {
    !matches!(field.kind, FieldKind::Text { .. }) || field.validate(ValueRef::Text(username)).is_ok()
}

/// The file field that takes the picture, unless the client said what it shall be.
fn avatar_field<'a>(collection: &'a Collection, form: &Form) -> Option<&'a Field> {
    let name = collection.auth().map(|options| options.oauth2.mapped_fields.avatar_url.as_str())?;
    let (_, field) = collection.field(name)?;
    let free = !form.create_data.contains_key(name);
    (free && matches!(field.kind, FieldKind::File { .. })).then_some(field)
}

fn takes(field: &Field, file: &NewFile) -> bool {
    let value = if field.is_multiple() { list::text([&file.name]) } else { file.name.clone() };
    let upload = crate::schema::Upload {
        name: &file.name,
        original: &file.upload.original_name,
        size: file.upload.size,
        mime: &file.upload.kind.mime,
    };
    field.check_files(ValueRef::Null, ValueRef::Text(&value), &[upload]).is_ok()
}

/// The last part of the path.
fn file_name(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let name: String = path.rsplit('/').next().unwrap_or_default().chars().take(NAME).collect();
    if name.is_empty() { "avatar".to_string() } else { name }
}
