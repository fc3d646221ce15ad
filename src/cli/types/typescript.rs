//! Collections as TypeScript: what records look like, what may be sent to create and update them, what can be expanded.

use std::collections::HashSet;
use std::fmt::Write as _;

use crate::schema::{Catalog, Collection, Field, FieldKind};
use crate::value::json;

const HEAD: &str = "// The collections of a server, written by `cratebase types`. Do not edit.\n";
/// What is declared for each collection, behind its name.
const SUFFIXES: [&str; 4] = ["", "Create", "Update", "Expand"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    Certain,
    Optional,
}

impl Presence {
    fn certain_if(certain: bool) -> Presence {
        if certain { Presence::Certain } else { Presence::Optional }
    }
}

/// A collection and the name its types begin with.
struct Named<'a> {
    collection: &'a Collection,
    name: String,
}

/// All collections but those the server keeps for itself, in the order of the catalog.
pub fn print(catalog: &Catalog) -> String {
    let mut taken = HashSet::from(["Collections".to_string()]);
    let shown = catalog.iter().filter(|collection| !collection.system || collection.is_superusers());
    let all: Vec<Named<'_>> =
        shown.map(|collection| Named { collection, name: name(collection, &mut taken) }).collect();
    let mut out = format!("{HEAD}\nexport interface Collections {{\n");
    for Named { collection, name } in &all {
        let (create, update) = match collection.is_view() {
            true => ("never".to_string(), "never".to_string()),
            false => (format!("{name}Create"), format!("{name}Update")),
        };
        let key = key(&collection.name);
        let _ = writeln!(out, "    {key}: {{ record: {name}; create: {create}; update: {update} }};");
    }
    out.push_str("}\n");
    for named in &all {
        record(&mut out, named);
        expand(&mut out, named, &all);
        if !named.collection.is_view() {
            create(&mut out, named);
            update(&mut out, named);
        }
    }
    out
}

/// `blog_posts` → `BlogPosts`, made different from all others.
fn name(collection: &Collection, taken: &mut HashSet<String>) -> String {
    let words = collection.name.split('_').filter(|word| !word.is_empty());
    let mut base: String = words
        .map(|word| {
            let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
            first.to_uppercase() + rest
        })
        .collect();
    if !base.starts_with(|first: char| first.is_alphabetic()) {
        base.insert(0, '_');
    }
    let free = |name: &String| SUFFIXES.iter().all(|suffix| !taken.contains(&format!("{name}{suffix}")));
    let numbered = (2..).map(|n| format!("{base}{n}"));
    let name = std::iter::once(base.clone()).chain(numbered).find(free).unwrap_or_default();
    taken.extend(SUFFIXES.iter().map(|suffix| format!("{name}{suffix}")));
    name
}

fn record(out: &mut String, Named { collection, name }: &Named<'_>) {
    let _ = write!(out, "\nexport interface {name} {{\n    collectionId: string;\n    collectionName: ");
    let _ = writeln!(out, "{};", text(&collection.name));
    for field in collection.fields.iter().filter(|field| is_shown(collection, field)) {
        // Hidden ones are for superusers, addresses for whom their owner lets see them.
        let optional = field.hidden || (field.name == "email" && collection.is_auth());
        member(out, &field.name, Presence::certain_if(!optional), &read(field));
    }
    let _ = writeln!(out, "    expand?: {name}Expand;\n}}");
}

/// Related records: those a relation points at, and those whose relations point here.
fn expand(out: &mut String, Named { collection, name }: &Named<'_>, all: &[Named<'_>]) {
    let list = |many: bool, of: &str| if many { format!("{of}[]") } else { of.to_string() };
    let _ = writeln!(out, "\nexport interface {name}Expand {{");
    for field in &collection.fields {
        let Some(target) = field.relation() else { continue };
        let Some(target) = all.iter().find(|other| other.collection.id == target) else { continue };
        member(out, &field.name, Presence::Optional, &list(field.is_multiple(), &target.name));
    }
    for other in all {
        for field in other.collection.fields.iter().filter(|field| field.relation() == Some(&collection.id)) {
            let one = !field.is_multiple() && other.collection.has_unique_index(&field.name);
            member(
                out,
                &format!("{}_via_{}", other.collection.name, field.name),
                Presence::Optional,
                &list(!one, &other.name),
            );
        }
    }
    out.push_str("}\n");
}

fn create(out: &mut String, Named { collection, name }: &Named<'_>) {
    let _ = writeln!(out, "\nexport interface {name}Create {{");
    for field in writable(collection) {
        let made = matches!(&field.kind, FieldKind::Text { autogenerate, .. } if !autogenerate.is_empty());
        member(out, &field.name, Presence::certain_if(field.required && !made), &written(field));
    }
    if collection.is_auth() {
        member(out, "passwordConfirm", Presence::Certain, "string");
    }
    out.push_str("}\n");
}

fn update(out: &mut String, Named { collection, name }: &Named<'_>) {
    let _ = writeln!(out, "\nexport interface {name}Update {{");
    for field in writable(collection).filter(|field| field.name != "id") {
        let (key, of) = (&field.name, written(field));
        member(out, key, Presence::Optional, &of);
        let item = one_written(field);
        match &field.kind {
            FieldKind::Number { .. } => {
                member(out, &format!("{key}+"), Presence::Optional, "number");
                member(out, &format!("{key}-"), Presence::Optional, "number");
            }
            FieldKind::File { .. } => {
                if field.is_multiple() {
                    member(out, &format!("{key}+"), Presence::Optional, &format!("{item} | {of}"));
                    member(out, &format!("+{key}"), Presence::Optional, &format!("{item} | {of}"));
                }
                member(out, &format!("{key}-"), Presence::Optional, "string | string[]");
            }
            _ if field.is_multiple() => {
                for modifier in [format!("{key}+"), format!("+{key}"), format!("{key}-")] {
                    member(out, &modifier, Presence::Optional, &format!("{item} | {of}"));
                }
            }
            _ => {}
        }
    }
    if collection.is_auth() {
        member(out, "passwordConfirm", Presence::Optional, "string");
        member(out, "oldPassword", Presence::Optional, "string");
    }
    out.push_str("}\n");
}

/// To anyone at all: passwords and the keys of tokens are not.
fn is_shown(collection: &Collection, field: &Field) -> bool {
    let is_secret = matches!(field.kind, FieldKind::Password { .. }) || is_key(collection, field);
    !is_secret
}

fn is_key(collection: &Collection, field: &Field) -> bool {
    collection.is_auth() && field.name == "tokenKey"
}

fn writable(collection: &Collection) -> impl Iterator<Item = &Field> {
    let made = |field: &Field| matches!(field.kind, FieldKind::Autodate { .. }) || is_key(collection, field);
    collection.fields.iter().filter(move |field| !made(field))
}

/// The type of a value that is read.
fn read(field: &Field) -> String {
    match &field.kind {
        FieldKind::Number { .. } => "number".into(),
        FieldKind::Bool => "boolean".into(),
        FieldKind::Json { .. } => "unknown".into(),
        FieldKind::GeoPoint => "{ lon: number; lat: number }".into(),
        FieldKind::Select { values, .. } => {
            let choices = union(values);
            match (field.is_multiple(), field.required) {
                (true, _) => format!("({choices})[]"),
                (false, true) => choices,
                (false, false) => format!("{choices} | \"\""),
            }
        }
        FieldKind::File { .. } | FieldKind::Relation { .. } if field.is_multiple() => "string[]".into(),
        _ => "string".into(),
    }
}

/// The type of a value that is sent.
fn written(field: &Field) -> String {
    match &field.kind {
        FieldKind::Json { .. } => "unknown".into(),
        FieldKind::Select { .. } => read(field),
        _ if field.is_multiple() => format!("({})[]", one_written(field)),
        _ => one_written(field),
    }
}

fn one_written(field: &Field) -> String {
    match &field.kind {
        FieldKind::Number { .. } | FieldKind::Bool | FieldKind::GeoPoint => read(field),
        FieldKind::Select { values, .. } => union(values),
        FieldKind::Date { .. } => "string | Date".into(),
        FieldKind::File { .. } => "File | Blob | string".into(),
        _ => "string".into(),
    }
}

fn union(values: &[String]) -> String {
    if values.is_empty() { "string".into() } else { values.iter().map(|v| text(v)).collect::<Vec<_>>().join(" | ") }
}

fn member(out: &mut String, name: &str, presence: Presence, of: &str) {
    let _ = writeln!(out, "    {}{}: {of};", key(name), if presence == Presence::Optional { "?" } else { "" });
}

/// A property name, quoted where it is no identifier.
fn key(name: &str) -> String {
    let plain = |(at, c): (usize, char)| c == '_' || c.is_ascii_alphabetic() || (at > 0 && c.is_ascii_digit());
    if name.char_indices().all(plain) { name.to_string() } else { text(name) }
}

fn text(text: &str) -> String {
    json::text(&text.into())
}
