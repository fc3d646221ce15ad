//! Security case 7: how long an answer takes tells nothing about who has an account. Samples of both kinds are taken in
//! turns, in random order, and compared by rank: how often one is the slower of two says whether they differ at all,
//! whatever the machine does meanwhile.

use std::time::Instant;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use serde_json::{Value as Json, json};

use crate::support::{GUEST, Mailbox, TestApp};

use super::{MINUTE, users};

/// Samples of each kind.
const ROUNDS: usize = 40;
/// How far from one half the share may be: some four and a half times what chance makes of equal ones.
const TOLERANCE: f64 = 0.3;

/// A kind of request: its name, the path below the collection, the form.
type Kind = (&'static str, &'static str, Json);

/// Milliseconds of each kind, in rounds of one each.
async fn sample(app: &TestApp, kinds: &[Kind]) -> Vec<Vec<f64>> {
    let mut dice = StdRng::seed_from_u64(7);
    let mut order: Vec<usize> = (0..kinds.len()).collect();
    let mut taken = vec![Vec::with_capacity(ROUNDS); kinds.len()];
    for round in 0..=ROUNDS {
        // Nobody is held up for asking too often.
        app.wait_ms(5 * MINUTE);
        order.shuffle(&mut dice);
        for &at in &order {
            let (_, action, form) = &kinds[at];
            // What earlier requests left to do is no part of this one.
            app.settle().await;
            let call = app.call(GUEST, &format!("POST /api/collections/{action}")).json(form.clone());
            let start = Instant::now();
            let answer = call.await;
            let took = start.elapsed().as_secs_f64() * 1000.0;
            assert!(matches!(answer.status, 200 | 204 | 400), "{action}: {}", answer.text());
            // The first round warms up.
            if round > 0 {
                taken[at].push(took);
            }
        }
    }
    taken
}

/// How often one of `a` takes longer than one of `b`: one half when nothing tells them apart.
fn slower(a: &[f64], b: &[f64]) -> f64 {
    let wins: f64 = a
        .iter()
        .flat_map(|x| {
            b.iter().map(move |y| {
                if x > y {
                    1.0
                } else if x < y {
                    0.0
                } else {
                    0.5
                }
            })
        })
        .sum();
    wins / (a.len() * b.len()) as f64
}

fn median(of: &[f64]) -> f64 {
    let mut sorted = of.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// Every kind takes as long as the first.
async fn alike(app: &TestApp, kinds: &[Kind]) {
    let taken = sample(app, kinds).await;
    let medians: Vec<String> =
        kinds.iter().zip(&taken).map(|((name, ..), t)| format!("{name} {:.2} ms", median(t))).collect();
    for ((name, ..), times) in kinds.iter().zip(&taken).skip(1) {
        let share = slower(times, &taken[0]);
        assert!((share - 0.5).abs() < TOLERANCE, "{name} is the slower one in {share:.2} of all pairs: {medians:?}");
    }
}

fn wrong(identity: &str) -> Json {
    json!({"identity": identity, "password": "wrong password"})
}

fn mail(address: &str) -> Json {
    json!({"email": address})
}

#[tokio::test]
async fn security_7_a_sign_in_takes_as_long_for_nobody_as_for_somebody() {
    let app = TestApp::start().await;
    let unverified = super::unverified(&app).await;
    app.collection(json!({"name": "empty", "type": "auth"})).await;
    let action = "users/auth-with-password";
    let kinds = [
        ("a wrong password", action, wrong("bob@example.com")),
        ("an unknown identity", action, wrong("nobody@example.com")),
        ("no address at all", action, wrong("nobody")),
        ("an unverified account", action, wrong(unverified)),
        ("an empty collection", "empty/auth-with-password", wrong("nobody@example.com")),
    ];
    alike(&app, &kinds).await;
}

#[tokio::test]
async fn security_7_asking_for_mails_takes_as_long_for_nobody_as_for_somebody() {
    let app = TestApp::start().await;
    let _mailbox = Mailbox::of(&app).await;
    let unverified = super::unverified(&app).await;
    users(&app, json!({"otp": {"enabled": true}})).await;
    for action in ["users/request-password-reset", "users/request-otp", "users/request-verification"] {
        let kinds = [
            ("an account", action, mail("bob@example.com")),
            ("an unknown address", action, mail("nobody@example.com")),
            ("an unverified account", action, mail(unverified)),
        ];
        alike(&app, &kinds).await;
    }
}

#[tokio::test]
async fn security_7_a_wrong_code_takes_as_long_for_nobody_as_for_somebody() {
    let app = TestApp::start().await;
    let mut mailbox = Mailbox::of(&app).await;
    // Codes that last while the clock runs ahead.
    users(&app, json!({"otp": {"enabled": true, "duration": 86_400}})).await;
    let ask = async |address: &str| {
        app.call(GUEST, "POST /api/collections/users/request-otp").json(mail(address)).await.is(200).json()["otpId"]
            .clone()
    };
    let (known, unknown) = (ask("bob@example.com").await, ask("nobody@example.com").await);
    mailbox.next().await;
    let form = |id: &Json| json!({"otpId": id, "password": "00000000"});
    let action = "users/auth-with-otp";
    let kinds = [
        ("a code of an account", action, form(&known)),
        ("a code of nobody", action, form(&unknown)),
        ("an id that was never given", action, form(&json!("nope"))),
    ];
    alike(&app, &kinds).await;
}

/// The measure itself: a form that is refused before any hash is seen to be quicker.
#[tokio::test]
async fn security_7_the_measure_sees_what_is_different() {
    let app = TestApp::start().await;
    let action = "users/auth-with-password";
    let kinds = [
        ("a wrong password", action, wrong("bob@example.com")),
        ("a form without a password", action, json!({"identity": "bob@example.com"})),
    ];
    let taken = sample(&app, &kinds).await;
    let share = slower(&taken[1], &taken[0]);
    assert!((share - 0.5).abs() > TOLERANCE, "{share}");
}
