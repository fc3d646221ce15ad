//! What a collection starts with: the fields every type must have, default auth options, and the collections an empty
//! database is born with.

use super::auth_options::{AuthAlert, AuthOptions, MappedFields, Mfa, OAuth2, Otp, PasswordAuth, TokenOptions};
use super::field::DEFAULT_ID_PATTERN;
use super::ids::{collection_id, field_id};
use super::mail_templates as mails;
use super::{Collection, CollectionKind, Field, FieldKind, RuleSet, SUPERUSERS};
use crate::id::Ids;

const OWNER: &str =
    "@request.auth.id != '' && recordRef = @request.auth.id && collectionRef = @request.auth.collectionId";
const SELF: &str = "id = @request.auth.id";
const FIVE_DAYS_S: i64 = 432_000;
const DAY_S: i64 = 86_400;
/// Longest name of an index made by the server, in characters.
const MAX_INDEX_NAME: usize = 64;
const HALF_HOUR_S: i64 = 1_800;
const FILE_TOKEN_S: i64 = 180;

/// A collection of this type (`base`, `auth` or `view`) with its scaffold fields and default options, no id, no name;
/// `None` for any other type.
pub fn scaffold(type_name: &str, ids: &Ids) -> Option<Collection> {
    let (kind, fields) = match type_name {
        "base" => (CollectionKind::Base, vec![id_field()]),
        "auth" => (CollectionKind::Auth(Box::new(auth_options(ids))), auth_fields()),
        "view" => (CollectionKind::View(String::new()), Vec::new()),
        _ => return None,
    };
    Some(Collection {
        id: String::new(),
        name: String::new(),
        system: false,
        kind,
        fields,
        indexes: Vec::new(),
        rules: RuleSet::default(),
        created: String::new(),
        updated: String::new(),
        history_days: None,
    })
}

/// The scaffold fields of a collection of this kind, in order.
pub(super) fn scaffold_fields(kind: &CollectionKind) -> Vec<Field> {
    match kind {
        CollectionKind::Base => vec![id_field()],
        CollectionKind::Auth(_) => auth_fields(),
        CollectionKind::View(_) => Vec::new(),
    }
}

/// The collections of an empty database: those the server needs, and `users` to start with.
pub fn system_collections(ids: &Ids) -> Vec<Collection> {
    let refs = |name, required: &[&str], indexes: &[&str]| {
        let mut fields = vec![id_field()];
        fields.extend(["collectionRef", "recordRef"].iter().chain(required).map(|name| required_text(name)));
        system(name, CollectionKind::Base, fields, indexes)
    };
    let mut mfas = refs(
        "_mfas",
        &["method"],
        &["CREATE INDEX `idx_mfas_collectionRef_recordRef` ON `_mfas` (collectionRef,recordRef)"],
    );
    let mut otps =
        refs("_otps", &[], &["CREATE INDEX `idx_otps_collectionRef_recordRef` ON `_otps` (collectionRef, recordRef)"]);
    otps.fields.push(Field { required: true, hidden: true, ..system_field("password", password(0, 8)) });
    otps.fields.push(Field { hidden: true, ..system_field("sentTo", text(0, "")) });
    let mut external = refs(
        "_externalAuths",
        &["provider", "providerId"],
        &[
            "CREATE UNIQUE INDEX `idx_externalAuths_record_provider` ON `_externalAuths` (collectionRef, recordRef, provider)",
            "CREATE UNIQUE INDEX `idx_externalAuths_collection_provider` ON `_externalAuths` (collectionRef, provider, providerId)",
        ],
    );
    let mut origins = refs(
        "_authOrigins",
        &["fingerprint"],
        &[
            "CREATE UNIQUE INDEX `idx_authOrigins_unique_pairs` ON `_authOrigins` (collectionRef, recordRef, fingerprint)",
        ],
    );
    for owned in [&mut mfas, &mut otps, &mut external, &mut origins] {
        owned.rules.list = Some(OWNER.to_string());
        owned.rules.view = Some(OWNER.to_string());
    }
    for deletable in [&mut external, &mut origins] {
        deletable.rules.delete = Some(OWNER.to_string());
    }
    let mut options = auth_options(ids);
    options.auth_token.duration = DAY_S;
    let superusers = system(SUPERUSERS, CollectionKind::Auth(Box::new(options)), auth_fields(), &[]);

    let mut all = vec![mfas, otps, external, origins, superusers];
    for collection in &mut all {
        collection.fields.extend(timestamps(system_field));
    }
    all.push(users(ids));
    for collection in &mut all {
        collection.add_auth_indexes();
    }
    all
}

/// The collection apps start with; its owner may change or delete it.
fn users(ids: &Ids) -> Collection {
    let mut options = auth_options(ids);
    options.oauth2.mapped_fields =
        MappedFields { name: "name".to_string(), avatar_url: "avatar".to_string(), ..MappedFields::default() };
    let avatar = FieldKind::File {
        max_select: 1,
        max_size: 0,
        mime_types: ["image/jpeg", "image/png", "image/svg+xml", "image/gif", "image/webp"].map(String::from).to_vec(),
        thumbs: Vec::new(),
        protected: false,
    };
    let mut fields = auth_fields();
    fields.push(field("name", text(255, "")));
    fields.push(field("avatar", avatar));
    fields.extend(timestamps(field));
    let own = || Some(SELF.to_string());
    let rules = RuleSet { list: own(), view: own(), create: Some(String::new()), update: own(), delete: own() };
    let mut users = system("users", CollectionKind::Auth(Box::new(options)), fields, &[]);
    users.id = "_pb_users_auth_".to_string();
    users.system = false;
    users.rules = rules;
    users
}

fn system(name: &str, kind: CollectionKind, fields: Vec<Field>, indexes: &[&str]) -> Collection {
    let mut collection = Collection {
        id: String::new(),
        name: name.to_string(),
        system: true,
        kind,
        fields,
        indexes: indexes.iter().map(|text| text.to_string()).collect(),
        rules: RuleSet::default(),
        created: String::new(),
        updated: String::new(),
        history_days: None,
    };
    collection.id = collection_id(collection.type_name(), name, |_| false);
    collection
}

/// Default options with fresh secrets.
fn auth_options(ids: &Ids) -> AuthOptions {
    let mut options = AuthOptions::default();
    for token in options.tokens_mut() {
        token.secret = ids.secret(50);
    }
    options
}

impl Default for AuthOptions {
    /// Without secrets, which only an id source can give.
    fn default() -> Self {
        let token = |duration| TokenOptions { duration, secret: String::new() };
        AuthOptions {
            auth_rule: Some(String::new()),
            manage_rule: None,
            auth_alert: AuthAlert { enabled: true, email_template: mails::auth_alert() },
            oauth2: OAuth2::default(),
            password_auth: PasswordAuth { enabled: true, identity_fields: vec!["email".to_string()] },
            mfa: Mfa { enabled: false, duration: 600, rule: String::new() },
            otp: Otp { enabled: false, duration: 180, length: 8, email_template: mails::otp() },
            auth_token: token(FIVE_DAYS_S),
            password_reset_token: token(HALF_HOUR_S),
            email_change_token: token(HALF_HOUR_S),
            verification_token: token(DAY_S),
            file_token: token(FILE_TOKEN_S),
            verification_template: mails::verification(),
            reset_password_template: mails::reset_password(),
            confirm_email_change_template: mails::confirm_email_change(),
        }
    }
}

fn id_field() -> Field {
    let kind = FieldKind::Text {
        min: 15,
        max: 15,
        pattern: DEFAULT_ID_PATTERN.to_string(),
        autogenerate: "[a-z0-9]{15}".to_string(),
        primary_key: true,
    };
    Field { required: true, ..system_field("id", kind) }
}

fn auth_fields() -> Vec<Field> {
    let token_key = FieldKind::Text {
        min: 30,
        max: 60,
        pattern: String::new(),
        autogenerate: "[a-zA-Z0-9]{50}".to_string(),
        primary_key: false,
    };
    let email = FieldKind::Email { only_domains: Vec::new(), except_domains: Vec::new() };
    vec![
        id_field(),
        Field { hidden: true, required: true, ..system_field("password", password(8, 0)) },
        Field { hidden: true, required: true, ..system_field("tokenKey", token_key) },
        Field { required: true, ..system_field("email", email) },
        system_field("emailVisibility", FieldKind::Bool),
        system_field("verified", FieldKind::Bool),
    ]
}

fn timestamps(make: impl Fn(&str, FieldKind) -> Field) -> [Field; 2] {
    let kind = |on_update| FieldKind::Autodate { on_create: true, on_update };
    [make("created", kind(false)), make("updated", kind(true))]
}

fn required_text(name: &str) -> Field {
    Field { required: true, ..system_field(name, text(0, "")) }
}

fn text(max: i64, pattern: &str) -> FieldKind {
    FieldKind::Text { min: 0, max, pattern: pattern.to_string(), autogenerate: String::new(), primary_key: false }
}

fn password(min: i64, cost: i64) -> FieldKind {
    FieldKind::Password { min, max: 0, pattern: String::new(), cost }
}

fn system_field(name: &str, kind: FieldKind) -> Field {
    Field { system: true, ..field(name, kind) }
}

fn field(name: &str, kind: FieldKind) -> Field {
    Field {
        id: field_id(kind.type_name(), name, &[]),
        name: name.to_string(),
        system: false,
        hidden: false,
        presentable: false,
        required: false,
        help: String::new(),
        kind,
    }
}

/// The three blank collections clients start a form from; the names of the auth indexes end in random characters.
pub fn scaffolds(ids: &Ids) -> Vec<Collection> {
    let mut blank: Vec<Collection> = ["base", "auth", "view"].iter().filter_map(|name| scaffold(name, ids)).collect();
    let suffix = ids.lower(10);
    for collection in blank.iter_mut().filter(|collection| collection.is_auth()) {
        collection.indexes = ["tokenKey", "email"].iter().map(|column| auth_index(column, &suffix, "")).collect();
    }
    blank
}

impl Collection {
    /// Appends the unique indexes that an auth collection cannot do without.
    pub(super) fn add_auth_indexes(&mut self) {
        if !self.is_auth() {
            return;
        }
        for column in ["tokenKey", "email"] {
            if !self.has_unique_index(column) {
                let text = auth_index(column, &self.id, &self.name);
                self.indexes.push(text);
            }
        }
    }
}

/// The index auth collections get on `tokenKey` or `email`.
pub(super) fn auth_index(column: &str, suffix: &str, table: &str) -> String {
    let name: String = format!("idx_{column}_{suffix}").chars().take(MAX_INDEX_NAME).collect();
    let filter = if column == "email" { " WHERE `email` != ''" } else { "" };
    format!("CREATE UNIQUE INDEX `{name}` ON `{table}` (`{column}`){filter}")
}
