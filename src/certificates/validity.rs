//! From when until when a certificate is good, read from its DER.

use yasna::{ASN1Result, BERReader, Tag, tags};

use crate::clock::Timestamp;

/// The two ends of a certificate's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    pub from: Timestamp,
    pub until: Timestamp,
}

impl Validity {
    /// `None` when the bytes are no certificate.
    pub fn of(der: &[u8]) -> Option<Self> {
        yasna::parse_der(der, certificate).ok()
    }

    /// When a third of its life is left: time enough for an authority that is out of order for days.
    pub fn renewal(self) -> Timestamp {
        Timestamp(self.until.0 - (self.until.0 - self.from.0) / 3)
    }
}

/// `SEQUENCE { tbs SEQUENCE { [0] version, serial, algorithm, issuer, validity SEQUENCE { … }, … }, … }`, RFC 5280.
fn certificate(reader: BERReader<'_, '_>) -> ASN1Result<Validity> {
    reader.read_sequence(|reader| {
        let validity = reader.next().read_sequence(|reader| {
            reader.read_optional(|reader| reader.read_tagged(Tag::context(0), |version| version.read_i64()))?;
            for _ in ["serial", "algorithm", "issuer"] {
                reader.next().read_der()?;
            }
            let validity = reader.next().read_sequence(|reader| {
                let from = time(reader.next())?;
                let until = time(reader.next())?;
                Ok(Validity { from, until })
            })?;
            rest(reader)?;
            Ok(validity)
        })?;
        rest(reader)?;
        Ok(validity)
    })
}

/// Passes over what is left.
fn rest(reader: &mut yasna::BERReaderSeq<'_, '_>) -> ASN1Result<()> {
    while reader.read_optional(|reader| reader.read_der())?.is_some() {}
    Ok(())
}

fn time(reader: BERReader<'_, '_>) -> ASN1Result<Timestamp> {
    let seconds = match reader.lookahead_tag()? {
        tags::TAG_UTCTIME => reader.read_utctime()?.datetime().unix_timestamp(),
        _ => reader.read_generalized_time()?.datetime().unix_timestamp(),
    };
    Ok(Timestamp(seconds.saturating_mul(1000)))
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    fn lasting(from: i32, until: i32) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["a.example".to_string()]).unwrap();
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn both_ways_to_write_a_time_are_read() {
        // From 2050 on, certificates have the longer one.
        let validity = Validity::of(&lasting(2026, 2052)).unwrap();
        assert_eq!(validity.from.to_string(), "2026-01-01 00:00:00.000Z");
        assert_eq!(validity.until.to_string(), "2052-01-01 00:00:00.000Z");
    }

    #[test]
    fn a_third_of_its_life_is_left_for_the_renewal() {
        let validity = Validity { from: Timestamp(0), until: Timestamp(90) };
        assert_eq!(validity.renewal(), Timestamp(60));
    }

    #[test]
    fn what_is_no_certificate_has_no_validity() {
        let whole = lasting(2026, 2027);
        for bytes in [&[][..], b"junk", &whole[..whole.len() - 1], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]] {
            assert_eq!(Validity::of(bytes), None);
        }
    }
}
