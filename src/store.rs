//! Stand-in until the store is merged: a fixed catalog and parameters in memory.
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::error::Error;
use crate::id::Ids;
use crate::schema::{
    AuthOptions, Catalog, Collection, CollectionKind, Field, FieldKind, RuleSet, SUPERUSERS, SUPERUSERS_ID,
};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {}

#[derive(Debug)]
pub enum StoreError {
    Closed,
}

impl From<StoreError> for Error {
    fn from(_: StoreError) -> Self {
        Error::internal("store")
    }
}

#[derive(Clone)]
pub struct Store {
    pub(crate) catalog: Arc<Catalog>,
    params: Arc<Mutex<HashMap<String, String>>>,
}

impl Store {
    pub fn open(_: &Config, _: Clock, _: Arc<Ids>) -> Result<Store, StoreError> {
        let open = Some(String::new());
        let field = |name: &str, kind| Field {
            id: name.into(),
            name: name.into(),
            system: name == "id",
            hidden: name == "secret",
            presentable: false,
            required: false,
            help: String::new(),
            kind,
        };
        let text = || FieldKind::Text {
            min: 0,
            max: 0,
            pattern: String::new(),
            autogenerate: String::new(),
            primary_key: false,
        };
        let collection = |id: &str, name: &str, kind, rules, fields| {
            Arc::new(Collection {
                id: id.into(),
                name: name.into(),
                system: name.starts_with('_'),
                kind,
                fields,
                indexes: vec![],
                rules,
                created: String::new(),
                updated: String::new(),
            })
        };
        let rules = RuleSet {
            list: open.clone(),
            view: open.clone(),
            create: open.clone(),
            update: open.clone(),
            delete: open,
        };
        let posts = vec![
            field("id", text()),
            field("title", text()),
            field("secret", text()),
            field(
                "cover",
                FieldKind::File { max_select: 1, max_size: 0, mime_types: vec![], thumbs: vec![], protected: false },
            ),
        ];
        let people = || {
            vec![field("id", text()), field("email", FieldKind::Email { only_domains: vec![], except_domains: vec![] })]
        };
        let catalog = Catalog::new(
            1,
            vec![
                collection(SUPERUSERS_ID, SUPERUSERS, CollectionKind::Auth(options()), RuleSet::default(), people()),
                collection("_pb_users_auth_", "users", CollectionKind::Auth(options()), RuleSet::default(), people()),
                collection("pbc_posts", "posts", CollectionKind::Base, rules, posts),
            ],
        );
        Ok(Store { catalog: Arc::new(catalog), params: Arc::default() })
    }

    pub fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog)
    }

    pub async fn param(&self, id: &str) -> Result<Option<String>, StoreError> {
        Ok(self.params.lock().map_err(|_| StoreError::Closed)?.get(id).cloned())
    }

    pub async fn set_param(&self, id: &str, value: String) -> Result<(), StoreError> {
        self.params.lock().map_err(|_| StoreError::Closed)?.insert(id.into(), value);
        Ok(())
    }
}

fn options() -> Box<AuthOptions> {
    use crate::schema::auth_options::*;
    let token = || TokenOptions { duration: 1, secret: String::new() };
    let template = || Template { subject: String::new(), body: String::new() };
    Box::new(AuthOptions {
        auth_rule: None,
        manage_rule: None,
        auth_alert: AuthAlert { enabled: false, email_template: template() },
        oauth2: OAuth2::default(),
        password_auth: PasswordAuth { enabled: true, identity_fields: vec!["email".into()] },
        mfa: Mfa { enabled: false, duration: 0, rule: String::new() },
        otp: Otp { enabled: false, duration: 0, length: 0, email_template: template() },
        auth_token: token(),
        password_reset_token: token(),
        email_change_token: token(),
        verification_token: token(),
        file_token: token(),
        verification_template: template(),
        reset_password_template: template(),
        confirm_email_change_template: template(),
    })
}
