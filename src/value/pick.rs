//! The `fields` parameter: which parts of a JSON answer the client wants, with `:excerpt(max, withEllipsis)` on texts.
//!
//! ```text
//! fields = item { "," item }      item = path [ ":" "excerpt" "(" max [ "," withEllipsis ] ")" ]
//! path   = segment { "." segment }     "*" as the last segment: every key no other item names
//! ```

pub mod excerpt;

use super::{Json, Object};

/// Paths longer than this are refused rather than walked.
const MAX_DEPTH: usize = 32;

/// The text is no list of fields.
#[derive(Debug, PartialEq, Eq)]
pub struct Malformed;

/// A parsed `fields` parameter: a tree of keys.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picker {
    /// The value at this place is wanted whole.
    whole: Option<Shape>,
    /// All keys that are not among `keys` are wanted whole.
    others: Option<Shape>,
    keys: Vec<(String, Picker)>,
}

/// What to do with a wanted value.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    AsIs,
    Excerpt { max: usize, ellipsis: bool },
}

/// What the client wants of one key.
#[derive(Debug)]
pub enum Choice<'a> {
    Nothing,
    /// The value as it is.
    Whole,
    /// What [`Picker::value`] leaves of it.
    Part(Part<'a>),
}

/// See [`Choice::Part`].
#[derive(Clone, Copy, Debug)]
pub struct Part<'a>(PartOf<'a>);

#[derive(Clone, Copy, Debug)]
enum PartOf<'a> {
    Tree(&'a Picker),
    Text(Shape),
}

impl Picker {
    /// Reads the parameter; `None` when it names nothing, which means everything.
    pub fn parse(fields: &str) -> Result<Option<Picker>, Malformed> {
        let mut root = Picker::default();
        let mut rest = fields;
        while !rest.is_empty() {
            let (item, after) = next_item(rest)?;
            rest = after;
            if !item.is_empty() {
                root.add(item)?;
            }
        }
        Ok((root != Picker::default()).then_some(root))
    }

    /// Picks from a response body: from each item of a list envelope or a top-level array, else from the object.
    pub fn apply(&self, body: Json) -> Json {
        match body {
            Json::Object(mut envelope) if is_list(&envelope) => {
                if let Some(items) = envelope.get_mut("items") {
                    *items = self.value(items.take());
                }
                Json::Object(envelope)
            }
            body => self.value(body),
        }
    }

    /// Picks from one value, traversing arrays; scalars stay.
    pub fn value(&self, value: Json) -> Json {
        if let Some(shape) = self.whole {
            return shape.apply(value);
        }
        match value {
            Json::Array(items) => Json::Array(items.into_iter().map(|item| self.value(item)).collect()),
            Json::Object(object) => {
                let part = |(key, value): (String, Json)| {
                    let value = match self.choose(&key) {
                        Choice::Nothing => return None,
                        Choice::Whole => value,
                        Choice::Part(part) => part.of(value),
                    };
                    Some((key, value))
                };
                Json::Object(object.into_iter().filter_map(part).collect())
            }
            scalar @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_)) => scalar,
        }
    }

    /// What is wanted of a key of the object at this place, for writers that never build the object.
    pub fn choose(&self, key: &str) -> Choice<'_> {
        let shape = match self.keys.iter().find(|(name, _)| name == key) {
            Some((_, picker)) if picker.whole.is_none() => return Choice::Part(Part(PartOf::Tree(picker))),
            Some((_, picker)) => picker.whole,
            None => self.others,
        };
        match shape {
            None => Choice::Nothing,
            Some(Shape::AsIs) => Choice::Whole,
            Some(shape @ Shape::Excerpt { .. }) => Choice::Part(Part(PartOf::Text(shape))),
        }
    }

    fn add(&mut self, item: &str) -> Result<(), Malformed> {
        let (path, shape) = match item.split_once(':') {
            None => (item, Shape::AsIs),
            Some((path, modifier)) => (path, Shape::parse(modifier.trim())?),
        };
        // A dot at the end says nothing.
        let path = path.strip_suffix('.').unwrap_or(path);
        if path.contains(['(', ')']) || path.split('.').count() > MAX_DEPTH {
            return Err(Malformed);
        }
        let (parents, last) = path.rsplit_once('.').map_or((None, path), |(parents, last)| (Some(parents), last));
        let parent = parents.into_iter().flat_map(|parents| parents.split('.')).fold(self, Picker::below);
        match last {
            "*" => parent.others = Some(shape),
            _ => parent.below(last).whole = Some(shape),
        }
        Ok(())
    }

    /// The branch of a key, made when missing.
    fn below(&mut self, key: &str) -> &mut Picker {
        let index = match self.keys.iter().position(|(name, _)| name == key) {
            Some(index) => index,
            None => {
                self.keys.push((key.to_string(), Picker::default()));
                self.keys.len() - 1
            }
        };
        #[expect(clippy::indexing_slicing, reason = "found or pushed just above")]
        &mut self.keys[index].1
    }
}

impl Part<'_> {
    /// The wanted part of the value.
    pub fn of(self, value: Json) -> Json {
        match self.0 {
            PartOf::Tree(picker) => picker.value(value),
            PartOf::Text(shape) => shape.apply(value),
        }
    }
}

impl Shape {
    fn parse(modifier: &str) -> Result<Shape, Malformed> {
        let (name, arguments) = modifier.split_once('(').ok_or(Malformed)?;
        let arguments = arguments.strip_suffix(')').ok_or(Malformed)?;
        let mut arguments = arguments.split(',').map(str::trim);
        let max = arguments.next().and_then(|max| max.parse::<usize>().ok()).filter(|max| *max > 0).ok_or(Malformed)?;
        let ellipsis = matches!(arguments.next(), Some("1" | "t" | "T" | "true" | "TRUE" | "True"));
        if name.trim() != "excerpt" || arguments.next().is_some() {
            return Err(Malformed);
        }
        Ok(Shape::Excerpt { max, ellipsis })
    }

    fn apply(self, value: Json) -> Json {
        match (self, value) {
            (Shape::Excerpt { max, ellipsis }, Json::String(html)) => {
                let cut = excerpt::of(&html, max);
                Json::String(if cut.complete || !ellipsis { cut.text } else { cut.text + "..." })
            }
            (_, value) => value,
        }
    }
}

/// Parts the first item, trimmed, from the rest; commas within parentheses do not end it.
fn next_item(text: &str) -> Result<(&str, &str), Malformed> {
    let mut depth = 0_usize;
    for (at, b) in text.bytes().enumerate() {
        match b {
            b'(' => depth += 1,
            b')' => depth = depth.checked_sub(1).ok_or(Malformed)?,
            b',' if depth == 0 => {
                let (item, rest) = text.split_at(at);
                return Ok((item.trim(), rest.get(1..).unwrap_or_default()));
            }
            _ => {}
        }
    }
    if depth == 0 { Ok((text.trim(), "")) } else { Err(Malformed) }
}

fn is_list(object: &Object) -> bool {
    let has = |key: &str| object.contains_key(key);
    has("page")
        && has("perPage")
        && has("totalItems")
        && has("totalPages")
        && matches!(object.get("items"), Some(Json::Array(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pick(fields: &str, body: Json) -> Json {
        match Picker::parse(fields).unwrap_or_else(|_| panic!("{fields}")) {
            Some(picker) => picker.apply(body),
            None => body,
        }
    }

    #[test]
    fn paths_pick() {
        let c = json!([{"x": 1, "y": "<i>q</i>"}, {"x": 2}]);
        let body = json!({"id": "1", "t": "<p>Hello</p>", "j": {"a": {"b": 1, "c": c}, "d": [1, 2], "e": "str"}});
        let j = body["j"].clone();
        for (fields, want) in [
            ("", body.clone()),
            (" , ,", body.clone()),
            ("*", body.clone()),
            ("zz", json!({})),
            ("T", json!({})),
            ("id,", json!({"id": "1"})),
            ("id, j.e", json!({"id": "1", "j": {"e": "str"}})),
            ("j", json!({"j": j})),
            ("j.", json!({"j": j})),
            ("j.*", json!({"j": j})),
            ("j,j.a.b", json!({"j": j})),
            ("j.a.b", json!({"j": {"a": {"b": 1}}})),
            ("j.a.b,j", json!({"j": j})),
            ("j.*,j.a.b", json!({"j": {"a": {"b": 1}, "d": [1, 2], "e": "str"}})),
            ("*,j.a.b", json!({"id": "1", "t": "<p>Hello</p>", "j": {"a": {"b": 1}}})),
            ("j.a.c.x", json!({"j": {"a": {"c": [{"x": 1}, {"x": 2}]}}})),
            ("j.a.c.*", json!({"j": {"a": {"c": c}}})),
            ("j.a.c.0.x", json!({"j": {"a": {"c": [{}, {}]}}})),
            ("j.*.b", json!({"j": {}})),
            ("j.d.x", json!({"j": {"d": [1, 2]}})),
            ("j.e.f", json!({"j": {"e": "str"}})),
            ("j.zz", json!({"j": {}})),
            ("j..a", json!({"j": {}})),
            (".j", json!({})),
            ("t:excerpt(3)", json!({"t": "Hel"})),
            ("t:excerpt(3, true)", json!({"t": "Hel..."})),
            ("t:excerpt(5,true)", json!({"t": "Hello"})),
            ("t:excerpt(3,yes)", json!({"t": "Hel"})),
            ("t,t:excerpt(3)", json!({"t": "Hel"})),
            ("t:excerpt(3),t", json!({"t": "<p>Hello</p>"})),
            ("j.a:excerpt(2),id", json!({"id": "1", "j": {"a": j["a"]}})),
            ("j.a.c.y:excerpt(5)", json!({"j": {"a": {"c": [{"y": "q"}, {}]}}})),
            ("j.*:excerpt(2)", json!({"j": {"a": j["a"], "d": [1, 2], "e": "st"}})),
            ("*,t:excerpt(2)", json!({"id": "1", "t": "He", "j": j})),
        ] {
            assert_eq!(pick(fields, body.clone()), want, "{fields}");
        }
    }

    #[test]
    fn lists_keep_their_envelope() {
        let list =
            json!({"page": 1, "perPage": 30, "totalItems": 1, "totalPages": 1, "items": [{"id": "a", "t": "b"}]});
        let mut want = list.clone();
        want["items"] = json!([{"id": "a"}]);
        assert_eq!(pick("id", list.clone()), want);
        want["items"] = json!([{}]);
        assert_eq!(pick("page", list), want);
        assert_eq!(pick("name", json!([{"name": "a", "logo": "b"}])), json!([{"name": "a"}]));
    }

    #[test]
    fn malformed_lists_are_refused() {
        for bad in [
            "t:",
            "t:foo(5)",
            "t:excerpt",
            "t:excerpt()",
            "t:excerpt(0)",
            "t:excerpt(-1)",
            "t:excerpt(a)",
            "t:excerpt(5",
            "t:excerpt(\"5\")",
            "t:excerpt(5,true,1)",
            "t:excerpt(,3)",
            "t:EXCERPT(3)",
            "t:excerpt(5):excerpt(3)",
            "id:t",
            "(",
            "t:excerpt(99999999999999999999)",
            ")",
        ] {
            assert_eq!(Picker::parse(bad), Err(Malformed), "{bad}");
        }
        assert_eq!(Picker::parse(&"a.".repeat(40)), Err(Malformed));
    }
}
