//! A provider of the tests' own: it hands out codes, and lies when told to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const RSA: &[u8] = include_bytes!("keys/rsa.der");
const ED25519: &[u8] = include_bytes!("keys/ed25519.der");
const RSA_N: &str = "pW2q-5BkmHdr2D0SbwJXxuak3PQE_VD4hCZIwpL1CdtO9HQ0JfzXXBafWfIuIJjzBthYBlcSQzICImhgeUxiVQ60z_Kj1xsTs2PLUY1TiYORUzazTE0Ps_aaMGxJUQsjpU-1luxr8Xl6NfmunXTCkk0smZUwRZYQ7VvHBmCOGYeyBwSnjBg_ChaHU7fM6FxIXB8VrszNYdLKOr-H_ncwX1EL5sq3WFGlt7FNLzjlxLIHZjolq62Nwsj2cNCJWf-bPzl3mccCzhtGPZTmR8ThUWzC_YBJ0pfB9J6S5prMLpHEXFvnpunxVSEaC9S4lYhTwLHKSl2Dx4jvQDrZfKVliw";
const ED25519_X: &str = "zTNYythkri5cecuIj-xgKej5wLRndswvvZfvizoBefQ";

/// A running provider; it stops when this is dropped.
pub struct Idp {
    pub url: String,
    state: Arc<Mutex<State>>,
    task: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct State {
    /// What a code is worth, once: the answer of the token endpoint, and the profile behind its token.
    codes: HashMap<String, (Json, Json)>,
    profiles: HashMap<String, Json>,
    replies: HashMap<String, Reply>,
    no_basic: bool,
    seen: Vec<Seen>,
}

/// What a path answers, whatever is asked.
#[derive(Clone)]
pub enum Reply {
    Json(u16, Json),
    /// Status line and headers after it, body.
    Raw(&'static str, Vec<u8>),
    Redirect(u16, String),
    /// Nothing, ever.
    Silence,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub headers: HashMap<String, String>,
    pub form: HashMap<String, String>,
}

impl Idp {
    pub async fn start() -> Idp {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, Arc::clone(&shared)));
            }
        });
        let idp = Idp { url, state, task };
        idp.reply("/keys", Reply::Json(200, keys()));
        idp
    }

    /// A code that stands for somebody with this profile.
    pub fn code(&self, code: &str, profile: Json) {
        let token = json!({"access_token": format!("at-{code}"), "token_type": "bearer", "refresh_token": "rt", "expires_in": 60});
        self.code_for(code, token, profile);
    }

    /// A code that stands for this answer of the token endpoint.
    pub fn code_for(&self, code: &str, token: Json, profile: Json) {
        self.state.lock().unwrap().codes.insert(code.to_string(), (token, profile));
    }

    /// From now on `path` answers this.
    pub fn reply(&self, path: &str, reply: Reply) {
        self.state.lock().unwrap().replies.insert(path.to_string(), reply);
    }

    /// Clients have to name themselves in the body.
    pub fn refuse_basic(&self) {
        self.state.lock().unwrap().no_basic = true;
    }

    /// The requests for a path so far.
    pub fn seen(&self, path: &str) -> Vec<Seen> {
        self.state.lock().unwrap().seen.iter().filter(|seen| seen.path == path).cloned().collect()
    }

    /// As collections configure it, over `more`.
    pub fn provider(&self, name: &str, more: Json) -> Json {
        let url = |path: &str| format!("{}{path}", self.url);
        let mut provider = json!({
            "name": name, "clientId": "us", "clientSecret": "hush-hush",
            "authURL": url("/authorize"), "tokenURL": url("/token"), "userInfoURL": url("/me"),
        });
        for (key, value) in more.as_object().unwrap() {
            provider[key] = value.clone();
        }
        provider
    }
}

impl Drop for Idp {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The public keys, by the names `sign` uses.
fn keys() -> Json {
    json!({"keys": [
        {"kty": "mystery", "kid": "odd"},
        {"kty": "RSA", "kid": "rsa", "alg": "RS256", "use": "sig", "n": RSA_N, "e": "AQAB"},
        {"kty": "OKP", "crv": "Ed25519", "kid": "ed", "alg": "EdDSA", "x": ED25519_X},
        {"kty": "RSA", "kid": "no-alg", "n": RSA_N, "e": "AQAB"},
        {"kty": "oct", "kid": "shared", "alg": "HS256", "k": "aHVzaC1odXNo"},
    ]})
}

/// An ID token by one of the keys.
pub fn sign(kid: &str, algorithm: Algorithm, claims: &Json) -> String {
    let key = match algorithm {
        Algorithm::EdDSA => EncodingKey::from_ed_der(ED25519),
        Algorithm::HS256 => EncodingKey::from_secret(RSA_N.as_bytes()),
        _ => EncodingKey::from_rsa_der(RSA),
    };
    jsonwebtoken::encode(&Header { kid: Some(kid.to_string()), ..Header::new(algorithm) }, claims, &key).unwrap()
}

async fn serve(mut socket: TcpStream, state: Arc<Mutex<State>>) -> Option<()> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if socket.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut lines = text.lines();
    let mut start = lines.next()?.split(' ').map(str::to_string);
    let (method, target) = (start.next()?, start.next()?);
    let header = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_string()));
    let headers: HashMap<String, String> = lines.filter_map(header).collect();
    let length: usize = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while bytes.len() < head + length {
        if socket.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let form = form_urlencoded::parse(&bytes[head..]).into_owned().collect();
    let path = target.split('?').next()?.to_string();
    let reply = answer(&mut state.lock().unwrap(), Seen { method, path, headers, form });
    let (head, body) = match reply {
        Reply::Silence => {
            // Until the other side gives up.
            socket.read_buf(&mut bytes).await.ok()?;
            return None;
        }
        Reply::Json(status, body) => {
            let body = body.to_string().into_bytes();
            (format!("{status} X\r\nContent-Type: application/json\r\nContent-Length: {}", body.len()), body)
        }
        Reply::Redirect(status, to) => (format!("{status} X\r\nLocation: {to}\r\nContent-Length: 0"), Vec::new()),
        Reply::Raw(head, body) => (head.to_string(), body),
    };
    let head = format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n");
    socket.write_all(&[head.as_bytes(), &body].concat()).await.ok()
}

fn answer(state: &mut State, seen: Seen) -> Reply {
    state.seen.push(seen.clone());
    if let Some(reply) = state.replies.get(&seen.path) {
        return reply.clone();
    }
    match seen.path.as_str() {
        "/token" => token(state, &seen),
        "/me" => {
            let shown = seen.headers.get("authorization").cloned().unwrap_or_default();
            let profile = state.profiles.get(shown.trim_start_matches("Bearer "));
            profile.map_or(Reply::Json(401, json!({})), |profile| Reply::Json(200, profile.clone()))
        }
        _ => Reply::Json(404, json!({})),
    }
}

/// `us` with the right secret gets each code's token once.
fn token(state: &mut State, seen: &Seen) -> Reply {
    let refused = |status, code: &str| Reply::Json(status, json!({"error": code}));
    // printf 'us:hush-hush' | base64
    let by_header =
        !state.no_basic && seen.headers.get("authorization").is_some_and(|text| text == "Basic dXM6aHVzaC1odXNo");
    let value = |key: &str| seen.form.get(key).map(String::as_str).unwrap_or_default();
    if !by_header && (value("client_id"), value("client_secret")) != ("us", "hush-hush") {
        return refused(401, "invalid_client");
    }
    let Some((token, profile)) = state.codes.remove(value("code")) else { return refused(400, "invalid_grant") };
    state.profiles.insert(token["access_token"].as_str().unwrap_or_default().to_string(), profile);
    Reply::Json(200, token)
}
