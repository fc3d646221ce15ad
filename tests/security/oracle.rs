//! Nobody learns a hidden value bit by bit: every answer is the same whatever the value is.

use serde_json::{Value as Json, json};

use crate::records::{id, list, number, one, open, text, to, with};
use crate::support::{As, GUEST, SUPERUSER, TestApp, Who};

fn hidden(field: Json) -> Json {
    with(field, json!({"hidden": true}))
}

/// A world with values that a guest must not learn; [`Vault::set`] changes all of them.
struct Vault {
    app: TestApp,
    /// Method and path of the record, and what it is to be.
    secrets: Vec<(String, Json, Json)>,
}

impl Vault {
    async fn start() -> Vault {
        let app = TestApp::start().await;
        // Not listable at all, and listable in part.
        let mut closed = open("closed", json!([text("t"), number("n")]));
        (closed["listRule"], closed["viewRule"]) = (json!(null), json!(null));
        let closed = app.collection(closed).await;
        let mut drafts = open("drafts", json!([text("t"), {"name": "public", "type": "bool"}]));
        (drafts["listRule"], drafts["viewRule"]) = (json!("public = true"), json!("public = true"));
        let drafts = app.collection(drafts).await;
        let people = app.collection(with(open("people", json!([text("name")])), json!({"type": "auth"}))).await;
        let fields = json!([
            text("t"), hidden(text("pin")), hidden(number("pay")), hidden(json!({"name": "doc", "type": "json"})),
            hidden(json!({"name": "at", "type": "date"})), hidden(json!({"name": "place", "type": "geoPoint"})),
            hidden(json!({"name": "tags", "type": "select", "values": ["a", "z"], "maxSelect": 2})),
            {"name": "key", "type": "password"},
            hidden(to("boss", &people)), to("shut", &closed), to("draft", &drafts), to("person", &people),
        ]);
        let vault = app.collection(open("vault", fields)).await;
        app.collection(open("links", json!([to("vault", &vault), text("t")]))).await;
        let shut = app.record("closed", json!({})).await;
        let draft = app.record("drafts", json!({"public": false})).await;
        let mut persons = Vec::new();
        for name in ["ann", "ben"] {
            let person = json!({"name": name, "email": format!("{name}@example.com"), "password": "correct horse", "passwordConfirm": "correct horse"});
            persons.push(app.record("people", person).await);
        }
        let record = json!({"t": "one", "shut": id(&shut), "draft": id(&draft), "person": id(&persons[0])});
        let record = app.record("vault", record).await;
        app.record("vault", json!({"t": "two", "pin": "m", "pay": 50, "person": id(&persons[1])})).await;
        app.record("links", json!({"vault": id(&record)})).await;
        let values = |pin: &str, pay: i64, at: &str, lon: f64, boss: &Json| {
            json!({
                "pin": pin, "pay": pay, "doc": {"a": pin}, "at": at, "place": {"lon": lon, "lat": 1}, "tags": [pin],
                "boss": id(boss), "key": format!("a long key {pin}"),
            })
        };
        let secrets = vec![
            (
                one("PATCH", "vault", &record),
                values("a", 1, "2020-01-01 00:00:00.000Z", 1.0, &persons[0]),
                values("z", 99, "2030-01-01 00:00:00.000Z", 9.0, &persons[1]),
            ),
            (one("PATCH", "closed", &shut), json!({"t": "a", "n": 1}), json!({"t": "z", "n": 99})),
            (one("PATCH", "drafts", &draft), json!({"t": "a"}), json!({"t": "z"})),
            (one("PATCH", "people", &persons[0]), json!({"email": "a@example.com"}), json!({"email": "z@example.com"})),
        ];
        Vault { app, secrets }
    }

    async fn set(&self, second: bool) {
        for (line, a, z) in &self.secrets {
            self.app.call(SUPERUSER, line).json(if second { z } else { a }.clone()).await.is(200);
        }
    }

    async fn answers(&self, who: Who, probes: &[String]) -> Vec<(u16, String)> {
        let mut answers = Vec::new();
        for probe in probes {
            let answer = self.app.call(who, probe).await;
            answers.push((answer.status, answer.text()));
        }
        answers
    }
}

/// Comparisons with operands a guest could try; each distinguishes the two worlds for those who may look.
fn filters() -> Vec<String> {
    let texts = [
        "pin",
        "doc.a",
        "at",
        "key",
        "boss",
        "boss.name",
        "boss.email",
        "person.email",
        "person.password",
        "person.tokenKey",
        "shut.t",
        "draft.t",
        "links_via_vault.vault.pin",
        "links_via_vault.vault.shut.t",
        "person.people_via_boss.id",
        "person.vault_via_boss.t",
        "person.vault_via_person.pin",
        "pin:lower",
        "tags:each",
        "tags",
        "doc",
        "@request.auth.email",
        "@collection.vault.pin",
        "@collection.closed.t",
        "@collection.vault:x.pin",
    ];
    let mut filters = Vec::new();
    for name in texts {
        for comparison in ["= 'a'", "?= 'a'", "~ 'a%'", "> 'b'", "!= 'z'", "?!~ 'z'", "= null", "= t"] {
            filters.push(format!("{name} {comparison}"));
            filters.push(format!("t != '' && ({name} {comparison} || t = 'two')"));
        }
    }
    for more in [
        "pay > 10",
        "pay = 1",
        "shut.n > 10",
        "doc:length = 1",
        "tags:length = 1",
        "geoDistance(place.lon, place.lat, 1, 1) < 10",
        "place.lon < 5",
        "strftime('%Y', at) = '2020'",
        "strftime('%Y', @collection.vault.at) = '2020'",
        "draft.id != ''",
        "'@request.auth.id' = pin",
        "vault.pin = 'a'",
        "vault_via_boss.id != ''",
        "people_via_pin.id = ''",
    ] {
        filters.push(more.to_string());
    }
    filters
}

/// Every request of these tests.
fn probes() -> Vec<String> {
    [filter_probes(), sort_probes(), shape_probes()].concat()
}

fn filter_probes() -> Vec<String> {
    let mut probes: Vec<String> = filters().iter().map(|filter| list("vault", &[("filter", filter)])).collect();
    probes.extend(filters().iter().take(80).map(|filter| list("people", &[("filter", filter)])));
    for filter in [
        "email ~ 'a%'",
        "email > 'b'",
        "email:lower = 'a@example.com'",
        "vault_via_boss.t = 'one'",
        "vault_via_person.pin = 'a'",
        "password ~ '$'",
        "tokenKey > 'm'",
        "vault_via_person.draft.t = 'a'",
        "email = 'a@example.com' || name != ''",
    ] {
        probes.push(list("people", &[("filter", filter)]));
    }
    for filter in ["t ~ 'a'", "t > 'b'", "vault_via_draft.pin = 'a'"] {
        probes.push(list("drafts", &[("filter", filter)]));
        probes.push(list("closed", &[("filter", filter)]));
    }
    probes
}

fn sort_probes() -> Vec<String> {
    let mut probes = Vec::new();
    let sorts = [
        "pin",
        "-pin",
        "pay",
        "doc.a",
        "at",
        "key",
        "place.lon",
        "boss.name",
        "person.email",
        "-person.email",
        "person.password",
        "shut.t",
        "-shut.n",
        "draft.t",
        "-draft.t",
        "t,pin",
        "links_via_vault.vault.pin",
        "pin:lower",
        "tags:length",
        "@request.auth.email",
        "@collection.vault.pin",
        "person.vault_via_boss.t",
        "person.vault_via_person.pay",
        "email",
        "-email",
        "tokenKey",
        "name,email",
    ];
    for sort in sorts {
        for collection in ["vault", "people", "links"] {
            probes.push(list(collection, &[("sort", sort)]));
            probes.push(list(collection, &[("sort", sort), ("cursor", ""), ("perPage", "1")]));
            probes.push(list(collection, &[("sort", sort), ("explain", "1")]));
        }
    }
    probes
}

/// What comes along with a record.
fn shape_probes() -> Vec<String> {
    let mut probes = Vec::new();
    for path in [
        "boss",
        "shut",
        "draft",
        "person",
        "person.vault_via_boss",
        "person.vault_via_person.boss",
        "links_via_vault.vault.boss",
        "vault_via_boss",
        "vault(boss)",
        "person.people_via_boss",
        "vault.boss,vault.draft",
    ] {
        for collection in ["vault", "people", "links"] {
            probes.push(list(collection, &[("expand", path)]));
            probes.push(list(
                collection,
                &[("expand", path), ("fields", "*,expand.*,expand.boss.name,pin,pin:excerpt(3),email")],
            ));
        }
    }
    for fields in
        ["pin", "*,pin", "pin:excerpt(1)", "doc.a", "expand.boss.email", "email,tokenKey,password,key", "boss"]
    {
        probes.push(list("vault", &[("fields", fields)]));
        probes.push(list("people", &[("fields", fields)]));
    }
    probes
}

/// Security case 11.
#[tokio::test]
async fn answers_do_not_depend_on_what_is_hidden() {
    let vault = Vault::start().await;
    let probes = probes();
    for who in [GUEST, As("bob")] {
        vault.set(false).await;
        let first = vault.answers(who, &probes).await;
        vault.set(true).await;
        let second = vault.answers(who, &probes).await;
        for ((probe, a), z) in probes.iter().zip(first).zip(second) {
            assert_eq!(a, z, "{who:?} learns something from {probe}");
            assert!(a.0 < 500, "{probe}: {}", a.1);
        }
    }
}

/// The same probes tell the worlds apart for those who may look: they do ask for what is hidden.
#[tokio::test]
async fn the_probes_are_good_ones() {
    let vault = Vault::start().await;
    let probes = probes();
    vault.set(false).await;
    let first = vault.answers(SUPERUSER, &probes).await;
    vault.set(true).await;
    let second = vault.answers(SUPERUSER, &probes).await;
    let telling = first.iter().zip(&second).filter(|(a, z)| a != z).count();
    assert!(telling * 3 > probes.len(), "{telling} of {}", probes.len());
}

/// Security case 11: what does not exist and what may not be known of are refused in the same words.
#[tokio::test]
async fn a_hidden_name_is_refused_like_one_that_does_not_exist() {
    let vault = Vault::start().await;
    let problem = async |line: String, parameter: &str, name: &str| {
        let problem = vault.app.call(GUEST, &line).await.is(400).json()["data"][parameter].clone();
        problem.to_string().replace(name, "NAME")
    };
    for (known, unknown) in [("pin", "qzx"), ("pay", "qzx"), ("tags", "qzxw"), ("place", "qzxwv"), ("boss", "qzxw")] {
        let filter = |name: &str| list("vault", &[("filter", &format!("{name} = 'a'"))]);
        assert_eq!(problem(filter(known), "filter", known).await, problem(filter(unknown), "filter", unknown).await);
        let sort = |name: &str| list("vault", &[("sort", name)]);
        assert_eq!(problem(sort(known), "sort", known).await, problem(sort(unknown), "sort", unknown).await);
        let path = |name: &str| list("links", &[("filter", &format!("vault.{name} = 'a'"))]);
        assert_eq!(problem(path(known), "filter", known).await, problem(path(unknown), "filter", unknown).await);
    }
    // A slip of the keyboard is not helped towards a hidden name.
    for slip in ["pins", "placa", "bosss", "tagz"] {
        let refused = vault.app.call(GUEST, &list("vault", &[("filter", &format!("{slip} = 1"))])).await.is(400).json();
        let nearest = &refused["data"]["filter"]["params"]["nearest"];
        assert!(!["pin", "place", "boss", "tags"].iter().any(|name| nearest == name), "{refused}");
    }
}

/// Security case 11: a cursor carries the values sorted by, so only those the caller sees anyway.
#[tokio::test]
async fn a_cursor_carries_nothing_that_is_not_shown() {
    use base64::Engine as _;
    let vault = Vault::start().await;
    vault.set(false).await;
    for (collection, sort) in
        [("people", "email"), ("vault", "person.email"), ("vault", "draft.t"), ("vault", "pin"), ("people", "-email")]
    {
        let line = list(collection, &[("sort", sort), ("cursor", ""), ("perPage", "1")]);
        let answer = vault.app.call(GUEST, &line).await;
        if answer.status == 200 {
            let cursor = answer.json()["nextCursor"].as_str().unwrap().to_string();
            let inside = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(&cursor).unwrap();
            let inside = String::from_utf8_lossy(&inside).to_string();
            assert!(!inside.contains("example.com"), "{collection} by {sort}: {inside}");
        }
    }
}

#[tokio::test]
async fn asking_again_and_again_for_what_is_not_there_takes_a_random_time() {
    let app = TestApp::start().await;
    let mut drafts = open("drafts", json!([text("t"), {"name": "public", "type": "bool"}]));
    drafts["listRule"] = json!("public = true");
    app.collection(drafts).await;
    app.record("drafts", json!({"t": "secret"})).await;
    let mut slowest = std::time::Duration::ZERO;
    for guess in ["a", "b", "c", "s", "se", "sec", "secr", "secre"] {
        let asked = std::time::Instant::now();
        let line = list("drafts", &[("filter", &format!("t ~ '{guess}%'"))]);
        app.call(GUEST, &line).await.is(200).has(json!({"totalItems": 0}));
        slowest = slowest.max(asked.elapsed());
    }
    // Five of them wait for up to half a second each.
    assert!(slowest.as_millis() > 100, "{slowest:?}");
}
