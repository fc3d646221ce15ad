//! One client that writes, and remembers what it was promised.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value as Json, json};

/// A record's `views`, or that there is none.
pub type Held = Option<i64>;

/// What one request does to a record.
#[derive(Clone, Debug)]
pub struct Effect {
    pub id: String,
    pub before: Held,
    pub after: Held,
}

/// A client of its own records; nobody else writes them.
pub struct Writer {
    number: u64,
    dice: StdRng,
    made: u64,
    /// What must be there.
    pub known: BTreeMap<String, i64>,
    /// Requests whose outcome was never heard: each happened as a whole, or not at all.
    pub unsure: Vec<Vec<Effect>>,
    pub acknowledged: u64,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    Done,
    /// 507: nothing was done.
    NoSpace,
    /// 500: who knows.
    Broken,
    /// The connection ended.
    Nothing,
}

struct Plan {
    method: Method,
    path: String,
    body: Json,
    effects: Vec<Effect>,
}

impl Writer {
    pub fn new(number: u64, seed: u64) -> Self {
        let dice = StdRng::seed_from_u64(seed.wrapping_mul(1000) + number);
        Writer { number, dice, made: 0, known: BTreeMap::new(), unsure: Vec::new(), acknowledged: 0 }
    }

    /// Sends one request and notes what it means.
    pub async fn step(&mut self, client: &Client, base: &str) -> Heard {
        let plan = self.plan();
        let request = client.request(plan.method, format!("{base}{}", plan.path)).json(&plan.body);
        let heard = match request.send().await.map(|answer| answer.status()) {
            Ok(status) if status.is_success() => Heard::Done,
            Ok(StatusCode::INSUFFICIENT_STORAGE) => Heard::NoSpace,
            Ok(StatusCode::INTERNAL_SERVER_ERROR) => Heard::Broken,
            Ok(status) => panic!("{} is answered {status}", plan.path),
            Err(_) => Heard::Nothing,
        };
        match heard {
            Heard::Done => {
                self.acknowledged += 1;
                self.settle(&plan.effects);
            }
            Heard::NoSpace => {}
            Heard::Broken | Heard::Nothing => {
                for effect in &plan.effects {
                    self.known.remove(&effect.id);
                }
                self.unsure.push(plan.effects);
            }
        }
        heard
    }

    /// These effects are facts.
    pub fn settle(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect.after {
                Some(views) => self.known.insert(effect.id.clone(), views),
                None => self.known.remove(&effect.id),
            };
        }
    }

    fn plan(&mut self) -> Plan {
        let old = if self.known.len() < 5 { None } else { self.known.iter().nth(self.dice.random_range(0..5)) };
        let old = old.map(|(id, views)| (id.clone(), *views));
        match (self.dice.random_range(0..10), old) {
            (0..2, Some((id, views))) => Plan {
                method: Method::PATCH,
                path: format!("/api/collections/posts/records/{id}"),
                body: json!({"views+": 1}),
                effects: vec![Effect { id, before: Some(views), after: Some(views + 1) }],
            },
            (2, Some((id, views))) => Plan {
                method: Method::DELETE,
                path: format!("/api/collections/posts/records/{id}"),
                body: Json::Null,
                effects: vec![Effect { id, before: Some(views), after: None }],
            },
            (3..5, Some(old)) => self.batch(old),
            _ => {
                let (body, effect) = self.create();
                let path = "/api/collections/posts/records".to_string();
                Plan { method: Method::POST, path, body, effects: vec![effect] }
            }
        }
    }

    /// Three new records and a change of an old one.
    fn batch(&mut self, (id, views): (String, i64)) -> Plan {
        let url = format!("/api/collections/posts/records/{id}");
        let mut requests = vec![json!({"method": "PATCH", "url": url, "body": {"views+": 10}})];
        let mut effects = vec![Effect { id, before: Some(views), after: Some(views + 10) }];
        for _ in 0..3 {
            let (body, effect) = self.create();
            requests.push(json!({"method": "POST", "url": "/api/collections/posts/records", "body": body}));
            effects.push(effect);
        }
        let body = json!({"requests": requests});
        Plan { method: Method::POST, path: "/api/batch".into(), body, effects }
    }

    fn create(&mut self) -> (Json, Effect) {
        self.made += 1;
        let id = format!("w{:02}{:012}", self.number, self.made);
        let views = self.dice.random_range(0..1000);
        let title = "x".repeat(self.dice.random_range(0..100));
        (json!({"id": id, "title": title, "views": views}), Effect { id, before: None, after: Some(views) })
    }
}
