//! Ids that follow from names, as clients of the protocol compute them too.

use super::Field;

/// The id of a new collection: `pbc_` and the checksum of type and name, then a counter until `taken` says no.
pub fn collection_id(type_name: &str, name: &str, taken: impl Fn(&str) -> bool) -> String {
    free(format!("pbc_{}", crc32fast::hash(format!("{type_name}{name}").as_bytes())), taken)
}

/// The id of a new field: its type and the checksum of its name, then a counter while another field has it.
pub fn field_id(type_name: &str, name: &str, others: &[Field]) -> String {
    let id = format!("{type_name}{}", crc32fast::hash(name.as_bytes()));
    free(id, |id| others.iter().any(|field| field.id == id))
}

fn free(id: String, taken: impl Fn(&str) -> bool) -> String {
    if !taken(&id) {
        return id;
    }
    let numbered = (2..u32::MAX).map(|n| format!("{id}{n}")).find(|id| !taken(id));
    numbered.unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collection_ids_are_checksums() {
        assert_eq!(collection_id("base", "kitchen", |_| false), "pbc_2079371742");
        assert_eq!(collection_id("auth", "_superusers", |_| false), "pbc_3142635823");
        assert_eq!(collection_id("base", "kitchen", |id| !id.ends_with('3')), "pbc_20793717423");
    }

    #[test]
    fn field_ids_are_checksums() {
        assert_eq!(field_id("text", "id", &[]), "text3208210256");
        assert_eq!(field_id("password", "password", &[]), "password901924565");
    }
}
