//! The configuration: compiled-in defaults < file < environment < flags, each key in its module's own section.

use std::path::{Path, PathBuf};

use figment::error::{Actual, Kind};
use figment::providers::{Env, Format as _, Serialized, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};
use serde::{Deserialize, Serialize};

use crate::auth::oauth2;
use crate::certificates;
use crate::files;
use crate::http;
use crate::logs;
use crate::realtime;
use crate::settings;
use crate::store;

/// The lowest layer and the documentation in one.
pub const EXAMPLE: &str = include_str!("../config.toml.example");
/// Read when it is in the working directory and `--config` names no other.
pub const FILE: &str = "cratebase.toml";
const PREFIX: &str = "CRATEBASE_";

/// Everything that is decided before the server starts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub data_dir: PathBuf,
    pub dev: bool,
    pub files: files::Config,
    pub http: http::Config,
    pub log: Log,
    pub logs: logs::Config,
    pub oauth2: oauth2::Config,
    pub realtime: realtime::Config,
    pub settings: settings::seal::Config,
    pub store: store::Config,
    pub tls: certificates::Config,
}

/// The `[log]` section.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// As in `RUST_LOG`.
    pub level: String,
}

/// Keys set on the command line, dotted.
pub type Flags = Vec<(&'static str, Value)>;

/// A configuration that knows where each of its values comes from.
pub struct Loaded {
    pub config: Config,
    layers: Figment,
}

/// Reads all layers; the error is one sentence per wrong key, with its source and what is allowed.
pub fn load(file: Option<&Path>, flags: Flags) -> Result<Loaded, String> {
    let file = match file {
        Some(path) if !path.is_file() => {
            return Err(format!("The configuration file {} does not exist.", path.display()));
        }
        Some(path) => Toml::file_exact(path),
        None if Path::new(FILE).is_file() => Toml::file_exact(FILE),
        None => Toml::string(""),
    };
    // Other programs may have variables of that beginning too: only keys that exist are taken.
    let keys = documented_keys();
    let known = move |key: &figment::value::UncasedStr| {
        let dotted = key.as_str().to_ascii_lowercase().replace("__", ".");
        keys.contains(&dotted)
    };
    layered(file, Env::prefixed(PREFIX).filter(known).split("__"), flags)
}

fn layered(file: impl Provider, environment: impl Provider, flags: Flags) -> Result<Loaded, String> {
    let mut layers = Figment::from(Named { name: "default", inner: Toml::string(EXAMPLE) })
        .merge(file)
        .merge(Named { name: "environment", inner: environment });
    for (key, value) in flags {
        layers = layers.merge(Named { name: "flag", inner: Serialized::default(key, value) });
    }
    let config: Config = layers.extract().map_err(|errors| explain_all(&layers, errors))?;
    let loaded = Loaded { config, layers };
    loaded.check()?;
    Ok(loaded)
}

impl Loaded {
    /// One line per key: its value and its source.
    pub fn describe(&self) -> Result<String, String> {
        let value = Value::serialize(&self.config).map_err(|e| e.to_string())?;
        let mut keys = Vec::new();
        leaves("", &value, &mut keys);
        let width = keys.iter().map(|(key, value)| key.len() + value.len()).max().unwrap_or(0);
        let lines = keys.iter().map(|(key, value)| {
            let pad = " ".repeat(width - key.len() - value.len());
            format!("{key} = {value}{pad}  # {}\n", source_of(&self.layers, key))
        });
        Ok(lines.collect())
    }

    /// What types alone cannot say.
    fn check(&self) -> Result<(), String> {
        let listen = &self.config.http.listen;
        let port = listen.rsplit_once(':').map(|(_, port)| port.parse::<u16>().is_ok());
        if port != Some(true) {
            return Err(self.wrong("http.listen", listen, "an address and a port, such as 127.0.0.1:8090"));
        }
        if let Some((key, allowed)) = self.config.tls.mistake() {
            let value = Value::serialize(&self.config).ok().and_then(|config| config.find(key));
            let value = value.map_or_else(String::new, |value| serde_json::to_string(&value).unwrap_or_default());
            return Err(format!("{key} is {value} ({}); it must be {allowed}.", source_of(&self.layers, key)));
        }
        let level = &self.config.log.level;
        if level.parse::<tracing_subscriber::EnvFilter>().is_err() {
            return Err(self.wrong("log.level", level, "error, warn, info, debug or trace"));
        }
        Ok(())
    }

    fn wrong(&self, key: &str, value: &str, allowed: &str) -> String {
        format!("{key} is {value:?} ({}); it must be {allowed}.", source_of(&self.layers, key))
    }
}

/// The dotted keys of the compiled-in example.
pub fn documented_keys() -> Vec<String> {
    let mut keys = Vec::new();
    if let Ok(value) = Figment::from(Toml::string(EXAMPLE)).extract::<Value>() {
        leaves("", &value, &mut keys);
    }
    keys.into_iter().map(|(key, _)| key).collect()
}

fn leaves(prefix: &str, value: &Value, out: &mut Vec<(String, String)>) {
    match value {
        Value::Dict(_, dict) => {
            for (key, value) in dict {
                let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                leaves(&key, value, out);
            }
        }
        other => {
            let text = serde_json::to_string(other).unwrap_or_default();
            out.push((prefix.to_string(), text));
        }
    }
}

fn source_of(layers: &Figment, key: &str) -> String {
    layers.find_metadata(key).map_or_else(|| "default".to_string(), describe_source)
}

fn describe_source(metadata: &Metadata) -> String {
    match metadata.source.as_ref().and_then(|source| source.file_path()) {
        Some(path) => path.display().to_string(),
        None => metadata.name.to_string(),
    }
}

fn explain_all(layers: &Figment, errors: figment::Error) -> String {
    let lines: Vec<String> = errors.into_iter().map(|error| explain(layers, &error)).collect();
    lines.join("\n")
}

fn explain(layers: &Figment, error: &figment::Error) -> String {
    let key = error.path.join(".");
    let source = error.metadata.as_ref().map_or_else(|| source_of(layers, &key), describe_source);
    match &error.kind {
        Kind::UnknownField(found, _) => {
            let parent = match error.path.split_last() {
                Some((last, parents)) if last == found => parents.join("."),
                Some(_) | None => key,
            };
            let full = if parent.is_empty() { found.clone() } else { format!("{parent}.{found}") };
            let source = layers.find_metadata(&full).map_or(source, describe_source);
            match nearest(&full) {
                Some(near) => format!("There is no key {full} ({source}); did you mean {near}?"),
                None => format!("There is no key {full} ({source})."),
            }
        }
        Kind::InvalidType(actual, expected) | Kind::InvalidValue(actual, expected) => {
            format!("{key} is {} ({source}); it must be {}.", without_type(actual), in_words(expected))
        }
        other => format!("{key} ({source}): {other}."),
    }
}

/// The value alone: what it is shows.
fn without_type(actual: &Actual) -> String {
    match actual {
        Actual::Str(text) => format!("{text:?}"),
        Actual::Bool(value) => value.to_string(),
        Actual::Unsigned(n) => n.to_string(),
        Actual::Signed(n) => n.to_string(),
        Actual::Float(n) => n.to_string(),
        other => other.to_string(),
    }
}

/// Names of Rust types, for people who do not write it.
fn in_words(expected: &str) -> &str {
    match expected {
        "usize" | "u64" | "u32" | "u16" => "a whole number, 0 or more",
        "i64" => "a whole number",
        "a boolean" => "true or false",
        "a string" | "path string" => "a text",
        "a sequence" => "a list",
        other => other,
    }
}

/// The documented key that looks most like `key`, if any does.
fn nearest(key: &str) -> Option<String> {
    let close = |known: &String| strsim::jaro_winkler(known, key);
    let best = documented_keys().into_iter().max_by(|a, b| close(a).total_cmp(&close(b)))?;
    (close(&best) > 0.8).then_some(best)
}

/// A layer under the name it has for people.
struct Named<P> {
    name: &'static str,
    inner: P,
}

impl<P: Provider> Provider for Named<P> {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        self.inner.data()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(file: &'static str, environment: &'static str, flags: Flags) -> Result<Loaded, String> {
        let file = Named { name: "cratebase.toml", inner: Toml::string(file) };
        layered(file, Toml::string(environment), flags)
    }

    fn refused(file: &'static str, environment: &'static str) -> String {
        with(file, environment, vec![]).err().unwrap_or_default()
    }

    #[test]
    fn later_layers_win_and_are_named() {
        let file = "dev = true\n[http]\nlisten = '0.0.0.0:1'\nworkers = 3";
        let environment = "data_dir = '/env'\n[http]\nlisten = '0.0.0.0:2'";
        let loaded = with(file, environment, vec![("data_dir", "/flag".into())]).unwrap();
        let config = &loaded.config;
        assert_eq!((config.http.listen.as_str(), config.http.workers, config.dev), ("0.0.0.0:2", 3, true));
        assert_eq!(config.data_dir, Path::new("/flag"));
        let text = loaded.describe().unwrap();
        let source = |key: &str| {
            let line = text.lines().find(|line| line.starts_with(&format!("{key} = "))).unwrap();
            line.rsplit("# ").next().unwrap().to_string()
        };
        assert_eq!(source("data_dir"), "flag");
        assert_eq!(source("http.listen"), "environment");
        assert_eq!(source("http.workers"), "cratebase.toml");
        assert_eq!(source("http.keep_alive_s"), "default");
    }

    #[test]
    fn https_wants_a_whole_certificate_or_names_to_get_one_for() {
        let mistake = |tls| with(tls, "", vec![]).err().unwrap_or_default();
        assert_eq!(
            mistake("[tls]\ncert = 'a.pem'"),
            "tls.key is \"\" (default); it must be the file with the private key of tls.cert, or both empty."
        );
        assert_eq!(
            mistake("[tls]\ncert = 'a.pem'\nkey = 'b.pem'\ndomains = ['a.example']"),
            "tls.domains is [\"a.example\"] (cratebase.toml); it must be empty where tls.cert is given."
        );
        for domain in ["https://a.example", "a.example:443", "*.a.example", "A.example", ""] {
            let Err(said) = with("", "", vec![("tls.domains", vec![domain.to_string()].into())]) else {
                panic!("{domain} is no host name");
            };
            assert!(said.contains("host names in lower case"), "{said}");
        }
        assert!(mistake("[tls]\nlisten = '443'").contains("an address and a port"));
        assert!(mistake("[tls]\ndirectory = 'http://ca.example'").contains("begins with https://"));
        assert_eq!(mistake("[tls]\ncert = 'a.pem'\nkey = 'b.pem'"), "");
        assert_eq!(mistake("[tls]\ndomains = ['a.example', 'www.a.example']"), "");
    }

    #[test]
    fn mistakes_name_the_key_its_source_and_what_is_allowed() {
        assert_eq!(
            refused("", "[http]\nworkers = 'many'"),
            "http.workers is \"many\" (environment); it must be a whole number, 0 or more."
        );
        assert_eq!(
            refused("", "[http]\nlisen = 'x'"),
            "There is no key http.lisen (environment); did you mean http.listen?"
        );
        assert_eq!(refused("zzz = 1", ""), "There is no key zzz (cratebase.toml).");
        assert_eq!(
            refused("[http]\nlisten = 'somewhere'", ""),
            "http.listen is \"somewhere\" (cratebase.toml); it must be an address and a port, such as 127.0.0.1:8090."
        );
        assert_eq!(
            load(Some(Path::new("nowhere.toml")), vec![]).err().unwrap_or_default(),
            "The configuration file nowhere.toml does not exist."
        );
    }
}
