//! Thumbnails: sizes, types, what has none, and pictures that mean harm.

use image::ImageFormat::{Gif, Jpeg, Png, WebP};
use serde_json::json;

use super::{add, albums, get, path, picture};
use crate::support::GUEST;

#[tokio::test]
async fn sizes_are_as_the_field_offers_them() {
    let app = albums().await;
    let wide = path(&add(&app, "pictures", "wide.png", &picture(120, 80, Png)).await, "pictures");
    let small = path(&add(&app, "pictures", "small.png", &picture(10, 10, Png)).await, "pictures");
    for (size, of_wide, of_small) in [
        ("100x100", (100, 100), (100, 100)),
        ("30x0", (30, 20), (30, 30)),
        ("0x20", (30, 20), (20, 20)),
        ("40x30", (40, 30), (40, 30)),
        ("40x30t", (40, 30), (40, 30)),
        ("40x30b", (40, 30), (40, 30)),
        ("40x30f", (40, 26), (10, 10)),
        ("50x50", (120, 80), (10, 10)),
        ("0x0", (120, 80), (10, 10)),
        ("bad", (120, 80), (10, 10)),
    ] {
        for (file, expected) in [(&wide, of_wide), (&small, of_small)] {
            let answer = app.call(GUEST, &get(&format!("{file}?thumb={size}"))).await;
            let drawn = image::load_from_memory(&answer.is(200).body).unwrap();
            assert_eq!((drawn.width(), drawn.height()), expected, "{size}");
            assert_eq!(answer.header("content-type"), "image/png");
            let name = file.rsplit('/').next().unwrap();
            let shown = if ["50x50", "0x0", "bad"].contains(&size) { name.into() } else { format!("{size}_{name}") };
            assert_eq!(answer.header("content-disposition"), format!("inline; filename=\"{shown}\""));
        }
    }
}

#[tokio::test]
async fn types_are_those_of_the_original_or_png() {
    let app = albums().await;
    for (format, kind) in [(Png, "image/png"), (Jpeg, "image/jpeg"), (Gif, "image/gif"), (WebP, "image/png")] {
        let file = path(&add(&app, "pictures", "a", &picture(120, 80, format)).await, "pictures");
        let answer = app.call(GUEST, &get(&format!("{file}?thumb=40x30"))).await;
        assert_eq!(answer.is(200).header("content-type"), kind);
        let drawn = image::load_from_memory(&answer.body).unwrap().to_rgb8();
        assert_eq!(drawn.dimensions(), (40, 30));
        let (left, right) = (drawn.get_pixel(2, 15).0, drawn.get_pixel(37, 15).0);
        assert!(left[0] > 200 && left[2] < 60 && right[2] > 200 && right[0] < 60, "{format:?}: {left:?} {right:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_drawn_comes_as_it_is() {
    let app = albums().await;
    let mut cut = picture(120, 80, Png);
    cut.truncate(60);
    // 50 000 by 50 000 pixels, in a head and nothing else.
    let mut vast = picture(1, 1, Png);
    vast[16..24].copy_from_slice(&[0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50]);
    let sum = crc(&vast[12..29]);
    vast[29..33].copy_from_slice(&sum.to_be_bytes());
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec();
    for bytes in [cut, vast, svg, b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0".to_vec(), b"words".to_vec(), Vec::new()] {
        let file = path(&add(&app, "pictures", "a", &bytes).await, "pictures");
        for _ in 0..2 {
            let answer = app.call(GUEST, &get(&format!("{file}?thumb=40x30"))).await;
            assert!(answer.is(200).body == bytes);
        }
    }
}

/// CRC-32 as PNG has it.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 })
    })
}

#[tokio::test]
async fn a_crowd_asks_for_one_thumbnail_and_it_goes_with_its_original() {
    let app = albums().await;
    let record = add(&app, "pictures", "a.jpg", &picture(2000, 1500, Jpeg)).await;
    let file = path(&record, "pictures");
    let line = get(&format!("{file}?thumb=40x30"));
    let answers = futures_util::future::join_all((0..20).map(|_| app.call(GUEST, &line).into_future())).await;
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.body == answers[0].body));
    let (collection, id) = (record["collectionId"].as_str().unwrap(), record["id"].as_str().unwrap());
    let folder = app.dir().join("data/storage").join(collection).join(id);
    let name = file.rsplit('/').next().unwrap();
    let thumbs = folder.join(format!("thumbs_{name}"));
    assert_eq!(std::fs::read_dir(&thumbs).unwrap().count(), 1);
    // Somebody tidied up by hand: it is made again.
    std::fs::remove_dir_all(&thumbs).unwrap();
    app.call(GUEST, &line).await;
    assert_eq!(app.call(GUEST, &line).await.is(200).body, answers[0].body);
    let change = json!({"pictures": []});
    app.call(GUEST, &format!("PATCH /api/collections/albums/records/{id}")).json(change).await.is(200);
    assert!(!thumbs.exists() && !folder.join(name).exists());
    app.call(GUEST, &line).await.is(404);
}
