//! The real binary: what commands print and answer, starting, stopping.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::json;

const BINARY: &str = env!("CARGO_BIN_EXE_cratebase");

fn command(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(arguments).current_dir(dir).env_remove("RUST_LOG");
    command
}

fn run(dir: &Path, arguments: &[&str]) -> Output {
    command(dir, arguments).output().unwrap()
}

/// It fails with exactly this on stderr and nothing on stdout.
#[track_caller]
fn fails(dir: &Path, arguments: &[&str], sentence: &str) {
    let output = run(dir, arguments);
    assert_eq!(String::from_utf8_lossy(&output.stderr).trim_end(), sentence);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
}

#[track_caller]
fn prints(dir: &Path, arguments: &[&str], text: &str) {
    let output = run(dir, arguments);
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), text, "{output:?}");
    assert_eq!(output.status.code(), Some(0));
}

/// A server of its own process, killed when dropped.
struct Server {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
    address: String,
}

impl Server {
    fn start(dir: &Path) -> Self {
        let mut child = command(dir, &["serve", "--http", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let address = line.rsplit("http://").next().unwrap().trim().to_string();
        Server { child, out, address }
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).unwrap()
    }

    /// The lines of the greeting up to the empty one and, when there is one, the installer's link.
    fn read_link(&mut self) -> Option<String> {
        self.out
            .by_ref()
            .lines()
            .map(Result::unwrap)
            .find(|line| line.contains("pbinstall"))
            .map(|l| l.trim().to_string())
    }

    fn terminate(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The status line and body of one answer.
fn ask(socket: &mut TcpStream, request: &str) -> String {
    socket.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn mistakes_are_one_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    fails(dir, &["serve", "--config", "none.toml"], "The configuration file none.toml does not exist.");
    let sentence = "http.listen is \"x\" (flag); it must be an address and a port, such as 127.0.0.1:8090.";
    fails(dir, &["serve", "--http", "x"], sentence);
    let sentence = "One-time codes are not possible yet: this build has no one-time passwords.";
    fails(dir, &["superuser", "otp", "a@example.com"], sentence);
    std::fs::write(dir.join("cratebase.toml"), "[htp]\nlisten = 1").unwrap();
    let output = run(dir, &["config", "check"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.starts_with("There is no key htp (") && said.contains("cratebase.toml"), "{said}");
    assert!(!dir.join("data").exists(), "a mistake makes no data directory");
}

#[test]
fn config_check_says_what_is_in_effect_and_why() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("cratebase.toml"), "[http]\nworkers = 3").unwrap();
    let mut check = command(dir.path(), &["config", "check", "--dir", "elsewhere"]);
    let output = check.env("CRATEBASE_HTTP__LISTEN", "127.0.0.1:1").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = |key: &str| text.lines().find(|line| line.starts_with(key)).unwrap_or_default().to_string();
    assert!(line("data_dir").starts_with("data_dir = \"elsewhere\"") && line("data_dir").ends_with("# flag"), "{text}");
    assert!(line("http.listen").ends_with("# environment"), "{text}");
    assert!(line("http.workers").starts_with("http.workers = 3") && line("http.workers").ends_with("cratebase.toml"));
    assert!(line("http.keep_alive_s").ends_with("# default"), "{text}");
}

#[test]
fn superusers_are_managed_from_the_command_line() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    fails(dir, &["superuser", "create", "kim@example.com", "short"], "password: Must be at least 8 character(s).");
    fails(dir, &["superuser", "create", "kim", "long enough"], "email: Must be a valid email address.");
    fails(dir, &["superuser", "update", "kim@example.com", "long enough"], "There is no superuser kim@example.com.");
    prints(dir, &["superuser", "create", "kim@example.com", "long enough"], "Saved superuser kim@example.com.");
    let sentence = "The superuser kim@example.com already exists.";
    fails(dir, &["superuser", "create", "kim@example.com", "long enough"], sentence);
    prints(dir, &["superuser", "upsert", "kim@example.com", "longer still"], "Saved superuser kim@example.com.");
    prints(dir, &["superuser", "upsert", "lee@example.com", "long enough"], "Saved superuser lee@example.com.");
    prints(dir, &["superuser", "delete", "lee@example.com"], "Deleted superuser lee@example.com.");
    prints(dir, &["superuser", "delete", "lee@example.com"], "There is no superuser lee@example.com.");
    fails(dir, &["superuser", "delete", "kim@example.com"], "You can't delete the only existing superuser.");
}

#[tokio::test]
async fn the_first_start_prints_a_link_that_makes_the_first_superuser() {
    let dir = tempfile::tempdir().unwrap();
    let mut server = Server::start(dir.path());
    let link = server.read_link().expect("a link");
    assert!(link.starts_with(&format!("http://{}/_/#/pbinstall/", server.address)), "{link}");
    let token = link.rsplit('/').next().unwrap();
    let url = format!("http://{}/api/collections/_superusers/records", server.address);
    let form = json!({"email": "kim@example.com", "password": "long enough", "passwordConfirm": "long enough"});
    let client = reqwest::Client::new();
    let make = || client.post(&url).header("Authorization", token).json(&form).send();
    assert_eq!(make().await.unwrap().status(), 200);
    assert_eq!(make().await.unwrap().status(), 403, "the link works once");
    let sign_in = format!("http://{}/api/collections/_superusers/auth-with-password", server.address);
    let form = json!({"identity": "kim@example.com", "password": "long enough"});
    assert_eq!(client.post(sign_in).json(&form).send().await.unwrap().status(), 200);
}

#[test]
fn a_stop_finishes_what_runs_and_exits_cleanly() {
    let dir = tempfile::tempdir().unwrap();
    run(dir.path(), &["superuser", "upsert", "kim@example.com", "long enough"]);
    let mut server = Server::start(dir.path());
    let body = r#"{"identity":"kim@example.com","password":"long enough"}"#;
    let head = format!(
        "POST /api/collections/_superusers/auth-with-password HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    let mut running = server.connect();
    let (first, second) = body.split_at(10);
    running.write_all(head.as_bytes()).unwrap();
    running.write_all(first.as_bytes()).unwrap();
    // An answer to another request says that the server is past reading the first one's head.
    let health = "GET /api/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assert!(ask(&mut server.connect(), health).starts_with("HTTP/1.1 200"));
    let _idle = server.connect();
    server.terminate();
    let answer = ask(&mut running, second);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    let log = std::fs::metadata(dir.path().join("data/data.db-wal")).map_or(0, |log| log.len());
    assert_eq!(log, 0, "the write-ahead log is written back");
}

#[test]
fn tail_prints_what_changes_as_a_superuser_of_the_data_directory() {
    let dir = tempfile::tempdir().unwrap();
    prints(dir.path(), &["superuser", "create", "kim@example.com", "long enough"], "Saved superuser kim@example.com.");
    let server = Server::start(dir.path());
    let body =
        json!({"email": "a@example.com", "password": "long enough", "passwordConfirm": "long enough"}).to_string();
    let head = "POST /api/collections/users/records HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    let length = body.len();
    let request = format!("{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}");
    assert!(ask(&mut server.connect(), &request).starts_with("HTTP/1.1 200"));
    let arguments = ["tail", "--http", &server.address, "--collection", "users", "--since", "0"];
    let mut tail = command(dir.path(), &arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(tail.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let _ = tail.kill();
    let _ = tail.wait();
    let event: serde_json::Value = serde_json::from_str(&line).unwrap();
    // Only the account itself and superusers see the address.
    assert_eq!((&event["action"], &event["record"]["email"]), (&json!("create"), &json!("a@example.com")), "{line}");
    let nowhere = ["tail", "--url", "ws://127.0.0.1:1", "--collection", "users"];
    assert_eq!(run(dir.path(), &nowhere).status.code(), Some(1));
}
