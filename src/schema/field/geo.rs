//! Geo points: `{"lon":…,"lat":…}` in degrees; 0/0 stands for "no point".

use serde::Deserialize;

use crate::error::FieldError;
use crate::value::json::write_real;
use crate::value::{Json, Object};

/// The stored text of no point.
pub(super) const ZERO: &str = r#"{"lon":0,"lat":0}"#;

/// Degrees.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GeoPoint {
    pub lon: f64,
    pub lat: f64,
}

/// The shape nearly every stored point has: read without building a tree.
#[derive(Deserialize)]
struct Plain {
    lon: f64,
    lat: f64,
}

impl GeoPoint {
    /// A stored or submitted text: a JSON object; anything else is no point.
    pub fn parse(text: &str) -> GeoPoint {
        // A list of two numbers would read as the shape, too.
        if text.starts_with('{')
            && let Ok(Plain { lon, lat }) = serde_json::from_str(text)
        {
            return GeoPoint { lon, lat };
        }
        match serde_json::from_str(text) {
            Ok(Json::Object(members)) => GeoPoint::from_object(&members),
            Ok(_) | Err(_) => GeoPoint::default(),
        }
    }

    pub(super) fn from_json(input: &Json) -> GeoPoint {
        match input {
            Json::Object(members) => GeoPoint::from_object(members),
            Json::String(text) => GeoPoint::parse(text),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) => GeoPoint::default(),
        }
    }

    /// Members that are missing or null are 0; one that is no number makes it no point.
    fn from_object(members: &Object) -> GeoPoint {
        let member = |key: &str| match members.get(key) {
            None | Some(Json::Null) => Some(0.0),
            Some(value) => value.as_f64(),
        };
        match (member("lon"), member("lat")) {
            (Some(lon), Some(lat)) => GeoPoint { lon, lat },
            (_, _) => GeoPoint::default(),
        }
    }

    /// Appends the JSON object.
    pub fn write(self, out: &mut Vec<u8>) {
        out.extend_from_slice(br#"{"lon":"#);
        write_real(out, self.lon);
        out.extend_from_slice(br#","lat":"#);
        write_real(out, self.lat);
        out.push(b'}');
    }

    pub(super) fn stored(self) -> String {
        let mut out = Vec::with_capacity(40);
        self.write(&mut out);
        String::from_utf8(out).unwrap_or_default()
    }

    pub(super) fn is_zero(self) -> bool {
        self == GeoPoint::default()
    }

    pub(super) fn check(self) -> Result<(), FieldError> {
        if !(-90.0..=90.0).contains(&self.lat) {
            let message = "Latitude must be between -90 and 90 degrees.";
            return Err(FieldError::new("validation_invalid_latitude", message));
        }
        if !(-180.0..=180.0).contains(&self.lon) {
            let message = "Longitude must be between -180 and 180 degrees.";
            return Err(FieldError::new("validation_invalid_longitude", message));
        }
        Ok(())
    }
}
