//! The real binary: what commands print and answer, starting, stopping.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::json;

use crate::support::{Manager, Process, copy_of_template, cratebase};

fn run(dir: &Path, arguments: &[&str]) -> Output {
    cratebase(dir, arguments).output().unwrap()
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

fn connect(server: &Process) -> TcpStream {
    TcpStream::connect(&server.address).unwrap()
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
    std::fs::write(dir.join("cratebase.toml"), "[htp]\nlisten = 1").unwrap();
    let output = run(dir, &["config", "check"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.starts_with("There is no key htp (") && said.contains("cratebase.toml"), "{said}");
    assert!(!dir.join("data").exists(), "a mistake makes no data directory");
    std::fs::remove_file(dir.join("cratebase.toml")).unwrap();
    let sentence = "One-time codes are not enabled for superusers.";
    fails(dir, &["superuser", "otp", "a@example.com"], sentence);
    // A flag that is overlooked may be the one that encrypts or keeps others out.
    let output = run(dir, &["serve", "--encryption-evn", "KEY"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("--encryption-evn"), "{output:?}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn config_check_says_what_is_in_effect_and_why() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("cratebase.toml"), "[http]\nworkers = 3").unwrap();
    let mut check = cratebase(dir.path(), &["config", "check", "--dir", "elsewhere"]);
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
    fails(dir, &["superuser", "otp", "kim@example.com"], "One-time codes are not enabled for superusers.");
}

#[tokio::test]
async fn the_first_start_prints_a_link_that_makes_the_first_superuser() {
    let dir = tempfile::tempdir().unwrap();
    let mut server = Process::start(dir.path());
    let link = server.lines().find(|line| line.contains("pbinstall")).expect("a link");
    let link = link.trim();
    assert!(link.starts_with(&format!("http://{}/_/#/pbinstall/", server.address)), "{link}");
    let token = link.rsplit('/').next().unwrap();
    let claims = crate::auth::claims_of(token);
    assert_eq!((&claims["collectionId"], &claims["refreshable"]), (&json!("pbc_3142635823"), &json!(false)));
    let url = format!("http://{}/api/collections/_superusers/records", server.address);
    let form = json!({"email": "kim@example.com", "password": "long enough", "passwordConfirm": "long enough"});
    let client = crate::support::client();
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
    // One worker: what the second connection is answered tells about the first.
    let mut serve = cratebase(dir.path(), &["serve", "--http", "127.0.0.1:0"]);
    let mut server = Process::spawn(serve.env("CRATEBASE_HTTP__WORKERS", "1"));
    let body = r#"{"identity":"kim@example.com","password":"long enough"}"#;
    let head = format!(
        "POST /api/collections/_superusers/auth-with-password HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    let mut running = connect(&server);
    let (first, second) = body.split_at(10);
    running.write_all(head.as_bytes()).unwrap();
    running.write_all(first.as_bytes()).unwrap();
    // An answer to another request says that the server is past reading the first one's head.
    let health = "GET /api/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assert!(ask(&mut connect(&server), health).starts_with("HTTP/1.1 200"));
    let _idle = connect(&server);
    server.terminate();
    let answer = ask(&mut running, second);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(server.ended_well());
    let log = std::fs::metadata(dir.path().join("data/data.db-wal")).map_or(0, |log| log.len());
    assert_eq!(log, 0, "the write-ahead log is written back");
}

#[test]
fn a_service_manager_hears_when_the_server_answers_and_when_it_stops() {
    let dir = tempfile::tempdir().unwrap();
    let manager = Manager::open();
    let mut server = Process::spawn(manager.of(&mut cratebase(dir.path(), &["serve", "--http", "127.0.0.1:0"])));
    assert_eq!(manager.next(), "READY=1");
    let ready = "GET /api/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assert!(ask(&mut connect(&server), ready).starts_with("HTTP/1.1 200"));
    assert!(manager.heard_all());
    server.terminate();
    assert!(server.ended_well());
    assert_eq!(manager.next(), "STOPPING=1");
}

/// Systemd's own sockets may have such names.
#[cfg(target_os = "linux")]
#[test]
fn a_service_manager_may_listen_where_there_is_no_file_or_not_at_all() {
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::net::{SocketAddr, UnixDatagram};
    let name = format!("cratebase-test-{}", std::process::id());
    let socket = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    for address in [format!("@{name}"), "/nowhere/notify".to_string(), String::new()] {
        let dir = tempfile::tempdir().unwrap();
        let mut serve = cratebase(dir.path(), &["serve", "--http", "127.0.0.1:0"]);
        let mut server = Process::spawn(serve.env("NOTIFY_SOCKET", address));
        server.terminate();
        assert!(server.ended_well());
    }
    socket.set_nonblocking(true).unwrap();
    let mut words = [0; 64];
    let len = socket.recv(&mut words).unwrap();
    assert_eq!(&words[..len], b"READY=1");
}

#[test]
fn a_second_signal_stops_at_once_and_ctrl_c_is_a_signal_too() {
    let dir = tempfile::tempdir().unwrap();
    let mut serve = cratebase(dir.path(), &["serve", "--http", "127.0.0.1:0"]);
    let serve = serve.env("CRATEBASE_HTTP__WORKERS", "1").env("CRATEBASE_HTTP__SHUTDOWN_TIMEOUT_S", "600");
    let mut server = Process::spawn(serve.stderr(Stdio::piped()));
    // A body that never comes.
    let mut running = connect(&server);
    let head = "POST /api/batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{";
    running.write_all(head.as_bytes()).unwrap();
    let health = "GET /api/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assert!(ask(&mut connect(&server), health).starts_with("HTTP/1.1 200"));
    let mut said = server.complaints().lines().map(Result::unwrap);
    server.signal("INT");
    assert!(said.any(|line| line.contains("a second signal stops at once")));
    server.signal("INT");
    assert!(said.any(|line| line == "Stopped at once; requests were cut off."));
    assert!(!server.ended_well());
}

#[test]
fn version_and_help_open_nothing() {
    let dir = tempfile::tempdir().unwrap();
    for (flag, words) in [
        ("--version", concat!("cratebase ", env!("CARGO_PKG_VERSION"), "\n")),
        ("-v", concat!("cratebase ", env!("CARGO_PKG_VERSION"), "\n")),
        ("--help", "Usage: cratebase"),
        ("-h", "Usage: cratebase"),
    ] {
        let output = run(dir.path(), &[flag]);
        assert!(String::from_utf8_lossy(&output.stdout).contains(words) && output.status.success(), "{flag}");
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_data_directory_is_brought_up_to_date_and_described_without_a_server() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(run(dir.path(), &["migrate"]).status.code(), Some(0));
    assert!(dir.path().join("data/data.db").exists());
    assert_eq!(run(dir.path(), &["migrate"]).status.code(), Some(0), "twice is as good as once");
    let described = run(dir.path(), &["openapi"]);
    let document: serde_json::Value = serde_json::from_slice(&described.stdout).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{document}");
    assert!(document["paths"]["/api/metrics"]["get"].is_object());
    // A server of that configuration does not run, which is what the command is to find out.
    let output = run(dir.path(), &["health", "--http", "127.0.0.1:1"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}

#[test]
fn domains_and_addresses_of_https_are_checked_before_anything_is_done() {
    let dir = tempfile::tempdir().unwrap();
    let sentence = "tls.domains is [\"https://a.example\"] (flag); it must be at most 100 host names in lower case, \
                    without scheme, port and wildcards.";
    fails(dir.path(), &["serve", "https://a.example"], sentence);
    let sentence = "tls.listen is \"443\" (flag); it must be an address and a port, such as 0.0.0.0:443.";
    fails(dir.path(), &["serve", "a.example", "--https", "443"], sentence);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn superusers_are_tied_to_addresses_while_the_server_runs() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    prints(dir, &["superuser", "upsert", "root@example.com", "correct horse"], "Saved superuser root@example.com.");
    fails(dir, &["superuser", "ips", "10.0.0.1", "x"], "superuserIPs.1: Invalid IP or CIDR subnet.");
    let server = Process::start(dir);
    let form = serde_json::json!({"identity": "root@example.com", "password": "correct horse"});
    let client = crate::support::client();
    let url = format!("http://{}/api/collections/_superusers/auth-with-password", server.address);
    let status = async || client.post(&url).json(&form).send().await.unwrap().status().as_u16();
    assert_eq!(status().await, 200);
    prints(dir, &["superuser", "ips", "10.0.0.1"], "Superusers may come from 10.0.0.1 only.");
    let begin = std::time::Instant::now();
    while status().await != 403 {
        assert!(begin.elapsed().as_secs() < 30, "the server goes on as before");
    }
    prints(dir, &["superuser", "ips"], "Superusers may come from everywhere.");
}

#[test]
fn tail_prints_what_changes_as_a_superuser_of_the_data_directory() {
    let dir = tempfile::tempdir().unwrap();
    prints(dir.path(), &["superuser", "create", "kim@example.com", "long enough"], "Saved superuser kim@example.com.");
    let server = Process::start(dir.path());
    let body =
        json!({"email": "a@example.com", "password": "long enough", "passwordConfirm": "long enough"}).to_string();
    let head = "POST /api/collections/users/records HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    let length = body.len();
    let request = format!("{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}");
    assert!(ask(&mut connect(&server), &request).starts_with("HTTP/1.1 200"));
    let arguments = ["tail", "--http", &server.address, "--collection", "users", "--since", "0"];
    let mut tail = cratebase(dir.path(), &arguments).stdout(Stdio::piped()).spawn().unwrap();
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

#[tokio::test]
async fn types_are_printed_or_written() {
    let empty = tempfile::tempdir().unwrap();
    fails(empty.path(), &["types"], "There is no data directory ./data.");
    let dir = copy_of_template().await;
    let printed = run(dir.path(), &["types"]);
    assert_eq!(printed.status.code(), Some(0));
    let text = String::from_utf8(printed.stdout).unwrap();
    for line in [
        "    posts: { record: Posts; create: PostsCreate; update: PostsUpdate };",
        "    collectionName: \"posts\";",
        "    tags: (\"a\" | \"b\" | \"c\")[];",
        "    secret?: string;",
        "    \"views+\"?: number;",
        "    cover?: File | Blob | string;",
    ] {
        assert!(text.lines().any(|other| other == line), "{line}\n{text}");
    }
    assert!(!text.contains("tokenKey"));
    prints(dir.path(), &["types", "--out", "types.ts"], "");
    assert_eq!(std::fs::read_to_string(dir.path().join("types.ts")).unwrap(), text);
    let sentence = "nowhere/types.ts cannot be written: No such file or directory (os error 2).";
    fails(dir.path(), &["types", "--out", "nowhere/types.ts"], sentence);
}
