//! The great-circle distance, step by step as the SQL text computes it, so that both come to the same bits.

use crate::value::{Value, ValueRef};

use super::number::{self, Numeric};

/// Mean radius in kilometres.
const EARTH_KM: f64 = 6371.0;

/// Kilometres between `lonA, latA` and `lonB, latB` in degrees; NULL when a part is NULL or no number. `None` when the
/// database has to be asked.
pub(crate) fn distance(parts: [ValueRef<'_>; 4]) -> Option<Value> {
    let [lon_a, lat_a, lon_b, lat_b] = parts.map(radians);
    let (Some(lon_a), Some(lat_a), Some(lon_b), Some(lat_b)) = (lon_a?, lat_a?, lon_b?, lat_b?) else {
        return Some(Value::Null);
    };
    let cosine = lat_a.cos() * lat_b.cos() * (lon_b - lon_a).cos() + lat_a.sin() * lat_b.sin();
    // Rounding may leave the range of acos near identical and opposite points.
    Some(Value::Real(EARTH_KM * cosine.clamp(-1.0, 1.0).acos()))
}

fn radians(value: ValueRef<'_>) -> Option<Option<f64>> {
    let degrees = match value {
        ValueRef::Null => return Some(None),
        ValueRef::Int(n) => n as f64,
        ValueRef::Real(n) => n,
        ValueRef::Text(text) => match number::from_text(text) {
            Numeric::Number(Value::Int(n)) => n as f64,
            Numeric::Number(Value::Real(n)) => n,
            Numeric::Number(Value::Null | Value::Text(_)) | Numeric::Unsure => return None,
            Numeric::Text => return Some(None),
        },
    };
    Some(Some(degrees * (std::f64::consts::PI / 180.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_in_kilometres() {
        let real = |n| ValueRef::Real(n);
        let Some(Value::Real(km)) = distance([real(23.32), real(42.69), real(23.3), real(42.7)]) else { panic!() };
        assert!((km - 1.98).abs() < 0.01, "{km}");
        let same = distance([real(12.3), real(45.6), real(12.3), real(45.6)]);
        assert!(matches!(same, Some(Value::Real(km)) if km < 0.001));
        assert_eq!(distance([ValueRef::Null, real(0.0), real(0.0), real(0.0)]), Some(Value::Null));
        assert_eq!(distance([ValueRef::Text("x"), real(0.0), real(0.0), real(0.0)]), Some(Value::Null));
    }
}
