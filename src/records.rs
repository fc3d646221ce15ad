//! Stand-in until the records are merged: echoes what was sent.
use crate::context::Ctx;
use crate::error::{Error, Result};
use crate::files::Upload;
use crate::id::Ids;
use crate::store::Store;
use crate::value::{Json, Object};

#[derive(Debug, Default)]
pub struct Body {
    pub fields: Object,
    pub uploads: Vec<(String, Upload)>,
}

impl Body {
    pub fn new(fields: Object, uploads: Vec<(String, Upload)>, _: &Ids) -> Self {
        Body { fields, uploads }
    }
}

#[derive(Clone)]
pub struct Records {
    pub store: Store,
}

impl Records {
    fn echo(&self, collection: &str, body: Body) -> Result<Vec<u8>> {
        if self.store.catalog.find(collection).is_none() {
            return Err(Error::not_found("Missing or invalid collection context."));
        }
        let mut out = body.fields;
        if out.get("title") == Some(&Json::from("panic!")) {
            #[expect(clippy::panic, reason = "stand-in")]
            {
                panic!("as asked");
            }
        }
        for (key, upload) in body.uploads {
            out.insert(key, format!("{}:{}", upload.original_name, upload.size).into());
        }
        out.insert("id".into(), "abcdefghij12345".into());
        out.insert("collectionName".into(), collection.into());
        Ok(crate::value::json::text(&Json::Object(out)).into_bytes())
    }

    pub async fn list(&self, _: Ctx, collection: &str) -> Result<Vec<u8>> {
        if self.store.catalog.find(collection).is_none() {
            return Err(Error::not_found("Missing collection context."));
        }
        Ok(br#"{"page":1,"perPage":30,"totalItems":0,"totalPages":0,"items":[]}"#.to_vec())
    }
    pub async fn view(&self, _: Ctx, collection: &str, _: &str) -> Result<Vec<u8>> {
        self.echo(collection, Body::default())
    }
    pub async fn create(&self, _: Ctx, collection: &str, body: Body) -> Result<Vec<u8>> {
        self.echo(collection, body)
    }
    pub async fn update(&self, _: Ctx, collection: &str, _: &str, body: Body) -> Result<Vec<u8>> {
        self.echo(collection, body)
    }
    pub async fn delete(&self, _: Ctx, _: &str, _: &str) -> Result<()> {
        Ok(())
    }
    pub async fn batch(&self, _: Ctx, body: &Object, files: Vec<(String, Upload)>) -> Result<Vec<u8>> {
        let out =
            serde_json::json!([{ "status": 200, "body": { "files": files.len(), "requests": body.get("requests") } }]);
        Ok(crate::value::json::text(&out).into_bytes())
    }
}
