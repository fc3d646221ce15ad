//! The house rules that a compiler does not check, each with the reason beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A source file below `src`.
struct Source {
    /// Relative to the package, with `/`.
    path: String,
    text: String,
}

impl Source {
    /// The text before the unit tests at its end: what ships.
    fn shipped(&self) -> &str {
        self.text.split("\n#[cfg(test)]\n").next().unwrap_or_default()
    }

    /// The top-level module the file belongs to.
    fn module(&self) -> &str {
        let inner = self.path.trim_start_matches("src/");
        inner.split(['/', '.']).next().unwrap_or_default()
    }

    fn is_tests(&self) -> bool {
        self.path.ends_with("tests.rs") || self.path.contains("/tests/")
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn walk(dir: &Path, ending: &str, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, ending, out);
        } else if path.to_string_lossy().ends_with(ending) {
            out.push(path);
        }
    }
}

fn rust_files(dir: &str) -> Vec<Source> {
    files(dir, ".rs")
}

fn files(dir: &str, ending: &str) -> Vec<Source> {
    let mut paths = Vec::new();
    walk(&root().join(dir), ending, &mut paths);
    paths.sort();
    let source = |path: PathBuf| {
        let relative = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
        Source { path: relative, text: fs::read_to_string(path).unwrap() }
    };
    paths.into_iter().map(source).collect()
}

fn report(rule: &str, mistakes: Vec<String>) {
    assert!(mistakes.is_empty(), "{rule}\n  {}", mistakes.join("\n  "));
}

#[test]
fn files_begin_with_a_sentence_about_themselves() {
    let files = ["src", "tests"].into_iter().flat_map(rust_files);
    let bad = files.filter(|f| {
        let first = f.text.lines().next().unwrap_or_default();
        let after: String = f.text.lines().take_while(|l| l.starts_with("//!")).collect::<Vec<_>>().join(" ");
        !first.starts_with("//! ") || !after.trim_end().contains(['.', ':', '?'])
    });
    report("Line 1 of every file is a `//!` sentence.", bad.map(|f| f.path).collect());
}

#[test]
fn files_stay_small() {
    let long = rust_files("src").into_iter().filter(|f| !f.is_tests() && f.text.lines().count() > 600);
    report("No file has more than 600 lines.", long.map(|f| f.path).collect());
}

#[test]
fn modules_are_files_beside_their_folder() {
    let named = rust_files("src").into_iter().filter(|f| f.path.ends_with("/mod.rs"));
    report("`foo.rs` and `foo/`, never `mod.rs`.", named.map(|f| f.path).collect());
}

/// The groups of lib.rs, parted by blank lines, by module.
fn groups() -> BTreeMap<String, usize> {
    let mut groups = BTreeMap::new();
    for (number, paragraph) in read("src/lib.rs").split("\n\n").enumerate() {
        for line in paragraph.lines() {
            if let Some(name) = line.strip_prefix("pub mod ").and_then(|l| l.strip_suffix(';')) {
                groups.insert(name.to_string(), number);
            }
        }
    }
    groups
}

/// Modules that a text names as `crate::module` or inside `crate::{…}`.
fn named_modules(text: &str, modules: &BTreeMap<String, usize>) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for part in text.split("crate::").skip(1) {
        let names: Vec<&str> = match part.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default().split([',', '{', ' ', '\n']).collect(),
            None => vec![part],
        };
        for name in names {
            let word: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if modules.contains_key(&word) {
                named.insert(word);
            }
        }
    }
    named
}

#[test]
fn modules_know_only_groups_above_their_own() {
    let groups = groups();
    let mut bad = Vec::new();
    for file in rust_files("src") {
        let Some(own) = groups.get(file.module()) else { continue };
        for other in named_modules(&file.text, &groups) {
            // The assembly at the bottom is one group whose parts build on each other, like the vocabulary at the top.
            let together = ["app", "cli", "config"];
            let vocabulary = ["clock", "error", "id", "value"];
            let family = |set: &[&str]| set.contains(&file.module()) && set.contains(&other.as_str());
            let fine = other == file.module() || groups[&other] < *own || family(&together) || family(&vocabulary);
            if !fine {
                bad.push(format!("{} names crate::{other}", file.path));
            }
        }
    }
    report("A module imports only from groups above its own (see src/lib.rs).", bad);
}

#[test]
fn every_module_of_the_crate_has_a_place_in_the_order() {
    let groups = groups();
    let missing = rust_files("src").into_iter().filter(|f| !["lib", "main"].contains(&f.module()));
    let missing = missing.filter(|f| !groups.contains_key(f.module()));
    report("lib.rs lists every module.", missing.map(|f| f.path).collect());
}

/// `word` followed or preceded by nothing that would make it part of a longer word.
fn has_word(text: &str, word: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = text.split_at(at);
        !part(before.chars().next_back()) && !part(after[word.len()..].chars().next())
    })
}

fn without_comments(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn sqlite_is_named_in_one_place() {
    let bad = rust_files("src")
        .into_iter()
        .filter(|f| !f.path.starts_with("src/store/sqlite") && !f.is_tests())
        .filter(|f| has_word(&without_comments(&f.text), "rusqlite"));
    report("Only store/sqlite names rusqlite.", bad.map(|f| f.path).collect());
}

#[test]
fn the_web_framework_is_named_in_http_and_app_only() {
    let bad = rust_files("src").into_iter().filter(|f| {
        let code = without_comments(&f.text);
        let names = ["actix_web", "actix_http", "actix_files", "actix_multipart", "actix_service"];
        !["http", "app"].contains(&f.module()) && names.iter().any(|name| has_word(&code, name))
    });
    report("Only http and app name actix.", bad.map(|f| f.path).collect());
}

/// The string literals of a text, without its comments.
fn literals(text: &str) -> Vec<String> {
    let code = without_comments(text);
    let mut found = Vec::new();
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            // A quote character is no string.
            '\'' => {
                let next = chars.next();
                if next == Some('\\') {
                    chars.next();
                }
            }
            '"' => {
                let mut literal = String::new();
                while let Some(c) = chars.next() {
                    match c {
                        '\\' => drop(chars.next()),
                        '"' => break,
                        c => literal.push(c),
                    }
                }
                found.push(literal);
            }
            _ => {}
        }
    }
    found
}

#[test]
fn sql_is_written_in_sql_and_store_only() {
    let phrases =
        ["SELECT ", "INSERT INTO", "UPDATE \"", "DELETE FROM", "CREATE TABLE", "ALTER TABLE", "DROP TABLE", "PRAGMA "];
    let mut bad = Vec::new();
    for file in rust_files("src") {
        if ["sql", "store"].contains(&file.module()) || file.is_tests() {
            continue;
        }
        for literal in literals(file.shipped()) {
            if phrases.iter().any(|phrase| literal.contains(phrase)) {
                bad.push(format!("{}: {literal:?}", file.path));
            }
        }
    }
    report("SQL text is made by sql and store.", bad);
}

#[test]
fn every_configuration_key_is_documented_with_its_default() {
    let loaded = cratebase::config::load(None, vec![]).unwrap_or_else(|e| panic!("{e}"));
    let described = loaded.describe().unwrap();
    let in_use: BTreeSet<String> =
        described.lines().filter_map(|line| line.split_once(" = ").map(|(key, _)| key.to_string())).collect();
    let documented: BTreeSet<String> = cratebase::config::documented_keys().into_iter().collect();
    assert_eq!(in_use, documented, "config.toml.example has every key and no other.");
    let mut previous = String::new();
    for line in cratebase::config::EXAMPLE.lines() {
        if line.contains(" = ") && !line.starts_with('#') {
            assert!(previous.starts_with("# "), "config.toml.example: no comment before {line:?}");
        }
        previous = line.to_string();
    }
}

#[test]
fn every_route_is_described() {
    let mut bad = Vec::new();
    for file in rust_files("src/http/api") {
        let mut attributes = String::new();
        for line in file.text.lines() {
            if line.starts_with("pub async fn") && !attributes.contains("#[utoipa::path(") {
                bad.push(format!("{}: {line}", file.path));
            }
            let belongs = line.starts_with("#[") || line.starts_with("///") || line.starts_with([' ', ')']);
            attributes = if belongs { attributes + line } else { String::new() };
        }
    }
    report("Every `pub async fn` of http/api carries #[utoipa::path].", bad);
}

#[test]
fn every_error_code_is_documented() {
    let docs = read("docs/errors.md");
    let mut missing = BTreeSet::new();
    for file in rust_files("src") {
        for literal in literals(file.shipped()) {
            let is_code = literal.starts_with("validation_") || literal == "batch_request_failed";
            let plain = literal.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            if is_code && plain && !docs.contains(&format!("`{literal}`")) {
                missing.insert(format!("{literal} ({})", file.path));
            }
        }
    }
    report("docs/errors.md explains every error code.", missing.into_iter().collect());
}

#[test]
fn every_test_that_a_map_of_the_protocol_names_exists() {
    let sources = rust_files("src").into_iter().chain(rust_files("tests"));
    let text: String = sources.map(|source| source.text).collect();
    for path in ["docs/auth-tests.md", "docs/platform-tests.md"] {
        names_only(path, |name| text.contains(&format!("fn {name}(")));
    }
    let specs = files("admin-ui/tests", ".test.js").into_iter().chain(files("admin-ui/src", ".test.ts"));
    let text: String = specs.map(|source| source.text).collect();
    names_only("docs/admin-ui-tests.md", |title| text.contains(&format!("'{title}'")));
}

fn names_only(path: &str, exists: impl Fn(&str) -> bool) {
    let map = read(path);
    let rows = map.lines().filter(|line| line.starts_with("| ") && line.contains('`'));
    let named: Vec<&str> = rows.flat_map(|line| line.split('`').skip(1).step_by(2)).collect();
    assert!(named.len() > 50, "{path} names tests");
    let missing = named.iter().filter(|name| !exists(name)).map(ToString::to_string);
    report(&format!("{path} names tests that exist"), missing.collect());
}
