//! A bucket for a test: on an S3 server that all tests share, behind a proxy that fails when it is told to.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex};

use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{SUPERUSER, TestApp, client};

/// How a request goes wrong.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// This status, and a body that is nobody's business.
    Status(u16),
    /// No answer at all.
    Silence,
    /// The connection ends after this many bytes of the answer.
    Cut(usize),
}

/// See the file's head.
pub struct Bucket {
    pub name: String,
    /// Of the proxy.
    pub address: SocketAddr,
    server: SocketAddr,
    state: Arc<State>,
    proxy: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct State {
    /// What goes wrong, for requests by this method, and how often yet.
    faults: Mutex<Vec<(&'static str, Fault, usize)>>,
    /// The first lines of requests.
    seen: Mutex<Vec<String>>,
}

/// It ends with this process, when the pipe to it breaks.
static SERVER: LazyLock<(SocketAddr, Mutex<Child>)> = LazyLock::new(|| {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/s3");
    let mut command = Command::new(format!("{dir}/venv/bin/python"));
    command.arg("server.py").current_dir(dir).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("an S3 server to test against: run `make tools`");
    let mut port = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut port).unwrap();
    let port: u16 = port.trim().parse().expect("the S3 server of tests/s3 starts");
    (SocketAddr::from(([127, 0, 0, 1], port)), Mutex::new(child))
});

impl Bucket {
    /// A new one, empty.
    pub async fn new() -> Self {
        static NUMBER: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        let server = tokio::task::spawn_blocking(|| SERVER.0).await.unwrap();
        let name = format!("bucket-{}", NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        let made = client().put(format!("http://{server}/{name}")).send().await.unwrap();
        assert_eq!(made.status(), 200, "{}", made.text().await.unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, state) = (listener.local_addr().unwrap(), Arc::<State>::default());
        let shared = Arc::clone(&state);
        let proxy = tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let state = Arc::clone(&shared);
                // Whoever hangs up is none of our concern.
                tokio::spawn(async move { pass(socket, server, &state).await.unwrap_or_default() });
            }
        });
        Bucket { name, address, server, state, proxy }
    }

    /// The settings for it.
    pub fn settings(&self) -> Json {
        json!({
            "enabled": true, "endpoint": format!("http://{}", self.address), "bucket": self.name, "region": "us-east-1",
            "accessKey": "AKIATEST", "secret": "hush", "forcePathStyle": true,
        })
    }

    /// Has `app` keep its files there from now on.
    pub async fn serve(&self, app: &TestApp) {
        let settings = json!({"s3": self.settings()});
        app.call(SUPERUSER, "PATCH /api/settings").json(settings).await.is(200);
    }

    /// Has `app` keep its backups there from now on.
    pub async fn serve_backups(&self, app: &TestApp) {
        let settings = json!({"backups": {"s3": self.settings()}});
        app.call(SUPERUSER, "PATCH /api/settings").json(settings).await.is(200);
    }

    /// The next `times` requests by `method` fail.
    pub fn fail(&self, method: &'static str, fault: Fault, times: usize) {
        self.state.faults.lock().unwrap().push((method, fault, times));
    }

    /// From now on nothing fails.
    pub fn heal(&self) {
        self.state.faults.lock().unwrap().clear();
    }

    /// Takes the first lines of the requests so far.
    pub fn seen(&self) -> Vec<String> {
        std::mem::take(&mut self.state.seen.lock().unwrap())
    }

    /// Its keys, in order.
    pub async fn keys(&self) -> Vec<String> {
        let url = format!("http://{}/{}?list-type=2", self.server, self.name);
        let text = client().get(url).send().await.unwrap().text().await.unwrap();
        text.split("<Key>").skip(1).map(|rest| rest.split('<').next().unwrap().to_string()).collect()
    }

    /// An object as it is, by whoever else looks.
    pub async fn object(&self, key: &str) -> reqwest::Response {
        let credential = "Credential=x/20260101/us-east-1/s3/aws4_request";
        let signed = format!("AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=x");
        let get = client().get(format!("http://{}/{}/{key}", self.server, self.name)).header("Authorization", signed);
        let object = get.send().await.unwrap();
        assert_eq!(object.status(), 200, "{key}");
        object
    }

    /// Puts an object there behind everyone's back.
    pub async fn put(&self, key: &str, bytes: &'static str) {
        let put = client().put(format!("http://{}/{}/{key}", self.server, self.name)).body(bytes);
        assert_eq!(put.send().await.unwrap().status(), 200);
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        self.proxy.abort();
    }
}

/// One request of a connection, whole, then its answer, then the end: each request has its own connection.
async fn pass(mut socket: TcpStream, server: SocketAddr, state: &State) -> std::io::Result<()> {
    let mut request = Vec::new();
    let head = loop {
        if let Some(at) = request.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if socket.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    };
    let text = String::from_utf8_lossy(&request[..head]).to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
    while request.len() < head + 4 + length {
        if socket.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    let line = String::from_utf8_lossy(&request).lines().next().unwrap_or_default().to_string();
    let fault = state.next_fault(&line);
    state.seen.lock().unwrap().push(line);
    match fault {
        Some(Fault::Silence) => std::future::pending().await,
        Some(Fault::Status(status)) => {
            let body = "<html>intranet</html>";
            let head = format!("HTTP/1.1 {status} Odd\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
            return socket.write_all(format!("{head}{body}").as_bytes()).await;
        }
        Some(Fault::Cut(_)) | None => {}
    }
    let mut upstream = TcpStream::connect(server).await?;
    request.splice(head..head, *b"\r\nConnection: close");
    upstream.write_all(&request).await?;
    let mut left = if let Some(Fault::Cut(bytes)) = fault { bytes } else { usize::MAX };
    let mut buffer = vec![0; 64 << 10];
    while left > 0 {
        let read = upstream.read(&mut buffer).await?.min(left);
        if read == 0 {
            break;
        }
        socket.write_all(&buffer[..read]).await?;
        left -= read;
    }
    socket.shutdown().await
}

impl State {
    fn next_fault(&self, line: &str) -> Option<Fault> {
        let mut faults = self.faults.lock().unwrap();
        let found = faults.iter_mut().find(|(method, _, times)| *times > 0 && line.starts_with(method))?;
        found.2 -= 1;
        Some(found.1)
    }
}
