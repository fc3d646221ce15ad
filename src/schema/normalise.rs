//! What every save does to a collection before it is judged: missing scaffold fields and indexes come back, enforced
//! flags are set, index texts name their table, references to nothing are cleared.

use super::field::DEFAULT_ID_PATTERN;
use super::ids::field_id;
use super::scaffold::scaffold_fields;
use super::{Collection, CollectionKind, Field, FieldKind, Index};
use crate::id::Ids;

impl Collection {
    /// Brings a submitted collection into the form it is stored in; `stored` is its version before the save.
    pub fn normalise(&mut self, stored: Option<&Collection>) {
        self.restore_scaffold(stored);
        for text in &mut self.indexes {
            if let Some(mut index) = Index::parse(text).filter(|index| index.table != self.name) {
                index.table.clone_from(&self.name);
                *text = index.build();
            }
        }
        self.add_auth_indexes();
        let is_superusers = self.is_superusers();
        let known: Vec<String> = self.fields.iter().map(|field| field.name.clone()).collect();
        let CollectionKind::Auth(options) = &mut self.kind else { return };
        let mapped = &mut options.oauth2.mapped_fields;
        for name in [&mut mapped.id, &mut mapped.name, &mut mapped.username, &mut mapped.avatar_url] {
            if !known.contains(name) {
                name.clear();
            }
        }
        if is_superusers {
            options.oauth2.enabled = false;
            options.oauth2.providers.clear();
            options.password_auth.enabled = true;
            options.mfa.enabled |= options.otp.enabled;
        }
    }

    /// Whoever passed the old `authRule` must pass the new one: when it changes, all tokens end.
    pub fn end_sessions_of_old_rule(&mut self, stored: &Collection, ids: &Ids) {
        let CollectionKind::Auth(options) = &mut self.kind else { return };
        let rule = |rule: &Option<String>| rule.clone().unwrap_or_default();
        if stored.auth().is_some_and(|old| rule(&old.auth_rule) != rule(&options.auth_rule)) {
            options.auth_token.secret = ids.secret(50);
        }
    }

    fn restore_scaffold(&mut self, stored: Option<&Collection>) {
        for scaffold in scaffold_fields(&self.kind) {
            let is_key = scaffold.name == "id";
            let position = self.position(&scaffold.name);
            match position.and_then(|at| self.fields.get_mut(at)) {
                Some(field) if field.kind.type_name() == scaffold.kind.type_name() => enforce(field, &scaffold),
                Some(field) if !is_key => *field = Field { id: field.id.clone(), ..scaffold },
                // An `id` of another type stays and is reported as a duplicate.
                Some(_) | None => {
                    let field = self.restored(scaffold, stored);
                    let at = if is_key { 0 } else { self.fields.len() };
                    self.fields.insert(at, field);
                }
            }
        }
    }

    /// The field as stored, so that its column stays, or the scaffold's own.
    fn restored(&self, scaffold: Field, stored: Option<&Collection>) -> Field {
        let same = stored.and_then(|stored| stored.field(&scaffold.name)).map(|(_, field)| field);
        let same = same.filter(|field| field.kind.type_name() == scaffold.kind.type_name());
        match same.filter(|field| self.fields.iter().all(|other| other.id != field.id)) {
            Some(field) => field.clone(),
            None => Field { id: field_id(scaffold.kind.type_name(), &scaffold.name, &self.fields), ..scaffold },
        }
    }
}

/// Sets the flags of a scaffold field that its owner may not change.
fn enforce(field: &mut Field, scaffold: &Field) {
    field.system = true;
    match scaffold.name.as_str() {
        "id" => {
            field.required = true;
            field.hidden = false;
            if let FieldKind::Text { primary_key, pattern, .. } = &mut field.kind {
                *primary_key = true;
                if pattern.is_empty() {
                    *pattern = DEFAULT_ID_PATTERN.to_string();
                }
            }
        }
        "password" | "tokenKey" => {
            field.required = true;
            field.hidden = true;
        }
        "email" => field.hidden = false,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::Draft;
    use crate::value::Json;

    fn draft(stored: Option<&Collection>, body: Json) -> Collection {
        let (ids, body) = (Ids::seeded(1), body.as_object().expect("an object").clone());
        let draft = match stored {
            Some(stored) => Draft::update(stored, &body),
            None => Draft::create(&body, &ids),
        };
        let mut collection = draft.expect("loads").collection;
        collection.normalise(stored);
        collection
    }

    fn names(collection: &Collection) -> String {
        collection.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn scaffold_fields_come_back() {
        let created = draft(
            None,
            json!({"type": "auth", "id": "c", "name": "a", "fields": [
            {"name": "email", "type": "text"}, {"name": "verified", "type": "bool", "id": "xx"}, {"name": "title", "type": "text"}]}),
        );
        assert_eq!(names(&created), "id email verified title password tokenKey emailVisibility");
        let email = &created.fields[1];
        assert_eq!((email.id.as_str(), email.kind.type_name(), email.system), ("text3885137012", "email", true));
        let emptied = draft(Some(&created), json!({"fields": []}));
        assert_eq!(names(&emptied), "id password tokenKey email emailVisibility verified");
        assert_eq!(emptied.field("verified").expect("is there").1.id, "xx", "the stored column stays");
    }

    #[test]
    fn enforced_flags_win() {
        let created = draft(
            None,
            json!({"type": "auth", "fields": [
            {"name": "id", "type": "text", "hidden": true}, {"name": "password", "type": "password"}, {"name": "email", "type": "email", "hidden": true}]}),
        );
        let flags = |name| created.field(name).map(|(_, field)| (field.system, field.hidden, field.required));
        assert_eq!(flags("id"), Some((true, false, true)));
        assert_eq!(flags("password"), Some((true, true, true)));
        assert_eq!(flags("email"), Some((true, false, false)));
    }

    #[test]
    fn auth_indexes_are_added_when_missing() {
        let table = |text: &str| text.to_string();
        let created = draft(
            None,
            json!({"type": "auth", "id": "c", "name": "a", "indexes": ["create unique index mine on x (EMAIL)"]}),
        );
        let expected = [
            table("CREATE UNIQUE INDEX `mine` ON `a` (`EMAIL`)"),
            table("CREATE UNIQUE INDEX `idx_tokenKey_c` ON `a` (`tokenKey`)"),
        ];
        assert_eq!(created.indexes, expected);
    }

    #[test]
    fn another_auth_rule_ends_all_sessions() {
        let stored = draft(None, json!({"type": "auth", "name": "a"}));
        let ended = |body: Json| {
            let mut changed = draft(Some(&stored), body);
            changed.end_sessions_of_old_rule(&stored, &Ids::seeded(2));
            changed.auth().expect("auth").auth_token != stored.auth().expect("auth").auth_token
        };
        assert!(!ended(json!({"authRule": null})));
        assert!(ended(json!({"authRule": "verified = true"})));
    }

    #[test]
    fn mappings_to_missing_fields_are_cleared() {
        let mapped = json!({"oauth2": {"mappedFields": {"name": "nope", "id": "email"}}, "type": "auth", "name": "a"});
        let created = draft(None, mapped);
        let fields = &created.auth().expect("auth").oauth2.mapped_fields;
        assert_eq!((fields.name.as_str(), fields.id.as_str()), ("", "email"));
    }
}
