//! Names, paths and pictures that mean harm.

use image::ImageFormat::{Gif, Jpeg, Png, WebP};
use reqwest::multipart::{Form, Part};

use super::{add, albums, get, path, picture};
use crate::records::files_on_disk;
use crate::support::{GUEST, SUPERUSER};

/// Names, each tried with and without an extension that looks like a picture's.
const HEARTS: &[&str] = &[
    "..",
    ".",
    "../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/passwd",
    "C:\\x.txt",
    "a/../../b.txt",
    "%2e%2e%2fx",
    "..%2f..%2fx",
    "..%5cx",
    "%00",
    "x\u{0}y.png",
    "x.png\u{0}.html",
    "nul",
    "CON",
    "aux.txt",
    "com1",
    "lpt1.txt",
    "~",
    "~root",
    "$(id)",
    "`id`",
    "; rm -rf",
    "| cat",
    "&& ls",
    "'",
    "\"",
    "''; DROP TABLE x",
    "<script>alert(1)</script>",
    "<img src=x>",
    "a.svg",
    "a.html",
    "a.htm",
    "a.php",
    "a.jsp",
    "a.exe",
    "a.sh",
    ".htaccess",
    ".env",
    ".ssh",
    "thumbs_x",
    "x.attrs",
    "\r\nSet-Cookie: a=b",
    "a\r\nContent-Type: text/html",
    "\u{202e}gnp.exe",
    "\u{200b}",
    "\u{feff}x",
    "\u{ff0e}\u{ff0e}/x",
    "\u{ff0f}etc",
    "\u{2024}\u{2024}/x",
    "файл",
    "文件.txt",
    "😀.png",
    "ÀÉÎ",
    "a\u{301}",
    "İı",
    "ß.TXT",
    "x ",
    " x",
    "   ",
    ".",
    "...",
    "....",
    "x.",
    "x..",
    ".x",
    "..x",
    "x...y",
    "a.b.c.d.e.f",
    "a+b=c#d*e",
    "a?b",
    "a#b",
    "a%20b",
    "a;b=c",
    "a,b",
    "{a}",
    "[a]",
    "^",
    "|",
    "*",
    "?",
    ":",
    "::$DATA",
    "x:stream",
    "\\\\host\\share",
    "file:///etc/passwd",
    "http://x/y",
    "data:,x",
    "-rf",
    "--help",
    "@x",
    "#",
    "=",
    "+",
    "_",
    "__",
    "-",
    "0",
    "null",
    "undefined",
    "true",
    "constructor",
    "__proto__",
];

/// Two hundred and more.
fn names() -> Vec<String> {
    let mut names: Vec<String> = HEARTS.iter().map(ToString::to_string).collect();
    names.extend(HEARTS.iter().map(|name| format!("{name}.png")));
    names.push("n".repeat(5000));
    names.push(format!("x.{}", "e".repeat(5000)));
    names.push("../".repeat(500) + "x");
    names.push("é".repeat(2000));
    names.push(".".repeat(1000));
    names
}

#[tokio::test]
async fn whatever_a_file_is_called_it_lies_in_its_records_folder_and_comes_back() {
    let app = albums().await;
    let names = names();
    assert!(names.len() >= 200, "{}", names.len());
    let mut expected = Vec::new();
    for name in &names {
        // As browsers and scripts send it: raw, with quotes and line ends escaped as forms do.
        let escaped = name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        let body = format!(
            "--b\r\nContent-Disposition: form-data; name=\"paper\"; filename=\"{escaped}\"\r\n\r\nhello\r\n--b--\r\n"
        );
        let call = app.call(SUPERUSER, "POST /api/collections/albums/records");
        let answer = call.body("multipart/form-data; boundary=b", body).await;
        // What no header can hold is refused; nothing else.
        if answer.status == 400 {
            assert!(name.contains('\0'), "{name:?}: {}", answer.text());
            continue;
        }
        let record = answer.is(200).json();
        let stored = record["paper"].as_str().unwrap();
        let plain = |c: char| c.is_ascii_alphanumeric() || "_.*+=#-".contains(c);
        let harmless = stored.len() <= 150 && stored.chars().all(plain) && !stored.starts_with('.');
        assert!(harmless, "{name:?} became {stored:?}");
        let id = record["id"].as_str().unwrap();
        expected.push(format!("{}/{id}/{stored}", record["collectionId"].as_str().unwrap()));
        let escaped = stored.replace('#', "%23");
        let answer = app.call(GUEST, &format!("GET /api/files/albums/{id}/{escaped}")).await;
        assert_eq!(answer.is(200).body, b"hello", "{name:?}");
        let shown = answer.header("content-disposition");
        assert!(shown.ends_with(&format!("filename=\"{stored}\"")) && !shown.contains("alert"), "{shown}");
    }
    expected.sort();
    assert_eq!(files_on_disk(&app), expected);
}

#[tokio::test]
async fn names_in_headers_of_their_own_are_taken_apart_alike() {
    let app = albums().await;
    for name in ["../../x.txt", "/etc/passwd", "..\\x.txt", "файл.txt", "a\"b.txt"] {
        let form = Form::new().part("paper", Part::text("hello").file_name(name));
        let record = app.call(SUPERUSER, "POST /api/collections/albums/records").multipart(form).await.is(200).json();
        let file = path(&record, "paper");
        assert_eq!(app.call(GUEST, &get(&file)).await.is(200).body, b"hello", "{name}");
    }
}

#[tokio::test]
async fn no_path_leads_out_of_the_records_folder() {
    let app = albums().await;
    let record = add(&app, "paper", "a.txt", b"hello").await;
    let (collection, id) = (record["collectionId"].as_str().unwrap(), record["id"].as_str().unwrap());
    let name = record["paper"].as_str().unwrap();
    std::fs::write(app.dir().join("data/storage").join(collection).join("secret.txt"), "secret").unwrap();
    let ups = ["..", "%2e%2e", ".%2e", "%2e.", "..%00", "%252e%252e", "%c0%ae%c0%ae", "%uff0e%uff0e", "....", "..;"];
    let slashes = ["/", "%2f", "%5c", "\\", "%252f", "%c0%af", "//", "/./"];
    for up in ups {
        for slash in slashes {
            for target in ["secret.txt", name] {
                let to = format!("{up}{slash}{target}");
                for line in [
                    format!("GET /api/files/{collection}/{id}/{to}"),
                    format!("GET /api/files/{collection}/{up}{slash}{id}/{name}"),
                    format!("GET /api/files/{up}{slash}{collection}/{id}/{name}"),
                    format!("GET /api/files/{collection}/{id}{slash}{up}{slash}{id}/{name}"),
                ] {
                    // As it stands: a client library would tidy the path up.
                    let request = format!("{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
                    let answer = app.raw(request.as_bytes()).await;
                    let status = answer.split(' ').nth(1).unwrap_or_default();
                    // 307 is for the same path without its dots.
                    assert!(["307", "400", "404"].contains(&status), "{line}: {answer}");
                    assert!(!answer.ends_with("hello") && !answer.ends_with("secret"), "{line}: {answer}");
                }
            }
        }
    }
    let request = format!("GET /api/files/{collection}/{id}/{name} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let whole = app.raw(request.as_bytes());
    assert!(whole.await.ends_with("hello"), "the way itself is fine");
}

/// A PNG head that promises this many pixels, with a right sum.
fn vast(width: u32, height: u32) -> Vec<u8> {
    let mut picture = picture(1, 1, Png);
    picture[16..20].copy_from_slice(&width.to_be_bytes());
    picture[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32fast::hash(&picture[12..29]);
    picture[29..33].copy_from_slice(&sum.to_be_bytes());
    picture
}

#[tokio::test]
async fn pictures_that_promise_too_much_come_as_they_are_and_take_no_memory() {
    let app = albums().await;
    let mut gif = picture(1, 1, Gif);
    gif[6..10].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    let mut jpeg = picture(16, 16, Jpeg);
    let frame = jpeg.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    let mut webp = picture(16, 16, WebP);
    let lossless = webp.windows(4).position(|four| four == b"VP8L").unwrap();
    webp[lossless + 9..lossless + 13].copy_from_slice(&[0xff, 0xff, 0xff, 0x0f]);
    let before = peak();
    let bombs = [vast(50_000, 50_000), vast(u32::MAX >> 1, 1), vast(1, u32::MAX >> 1), vast(0, 0), gif, jpeg, webp];
    for (number, bomb) in bombs.iter().enumerate() {
        let file = path(&add(&app, "pictures", "a.png", bomb).await, "pictures");
        for size in ["40x30", "100x100"] {
            let answer = app.call(GUEST, &get(&format!("{file}?thumb={size}"))).await;
            // One that can be drawn within the limits may be; the rest is the original.
            let drawn = image::load_from_memory(&answer.is(200).body).is_ok_and(|drawn| drawn.width() <= 100);
            assert!(drawn || answer.body == *bomb, "{number}");
        }
    }
    assert!(peak() - before < 600 << 10, "{} KiB more than before", peak() - before);
}

/// The most memory this process ever had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
