//! Data sets by name, and readers for the files they come in.

#[cfg(feature = "csv")]
mod column;
#[cfg(feature = "csv")]
mod csv;
mod idx;
mod mnist;
#[cfg(feature = "csv")]
mod wine_quality;

#[cfg(feature = "csv")]
pub use self::csv::Csv;
pub use idx::{Idx, idx};
pub use mnist::mnist;
#[cfg(feature = "csv")]
pub use wine_quality::wine_quality;

use nn_core::{Error, Result};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The first two bytes of gzip data.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// How many times the size of its file decompressed data may have, unless more is allowed: real tables and images stay below 50.
#[cfg(feature = "gzip")]
const RATIO: u64 = 200;

/// What decompressed data, or what comes from a pipe, may have in any case.
#[cfg(feature = "gzip")]
const SMALL: u64 = 64 << 20;

/// What is read of a pipe or a device, which has no size and may have no end.
const STREAM: u64 = 1 << 30;

/// A file's bytes, decompressed if they are gzip's: at most `limit` of them, or what is in proportion to the file.
///
/// # Errors
/// When the file cannot be read, its compression is damaged, or there is more than that.
fn read(path: &Path, limit: Option<u64>) -> Result<Vec<u8>> {
    let io = |e: std::io::Error| Error::io(path, &e);
    let file = File::open(path).map_err(io)?;
    let found = file.metadata().map_err(io)?;
    if found.is_dir() {
        return Err(Error::format(format!(
            "{} is a folder; name a file in it",
            path.display()
        )));
    }
    let most = match limit {
        Some(limit) => limit,
        None if found.is_file() => u64::MAX,
        None => STREAM,
    };
    let mut raw = Vec::new();
    file.take(most.saturating_add(1))
        .read_to_end(&mut raw)
        .map_err(io)?;
    let bytes = match raw.len() as u64 > most {
        true => Err(too_long(most)),
        false => decompress(raw, limit),
    };
    bytes.map_err(|e| e.context(path.display()))
}

fn too_long(limit: u64) -> Error {
    Error::format(format!(
        "holds more than {limit} bytes; if it is meant to, allow them with `.limit(bytes)`"
    ))
}

/// Anything but gzip data as it is.
#[cfg(not(feature = "gzip"))]
fn decompress(raw: Vec<u8>, _: Option<u64>) -> Result<Vec<u8>> {
    match raw.starts_with(&GZIP) {
        false => Ok(raw),
        true => Err(Error::format(
            "gzip data, which is read with the feature `gzip`; turn it on, or decompress the file",
        )),
    }
}

/// All members of gzip data, one after the other, as `gunzip` gives them; anything else as it is.
#[cfg(feature = "gzip")]
fn decompress(raw: Vec<u8>, limit: Option<u64>) -> Result<Vec<u8>> {
    if !raw.starts_with(&GZIP) {
        return Ok(raw);
    }
    let limit = limit.unwrap_or((raw.len() as u64).saturating_mul(RATIO).max(SMALL));
    let (mut bytes, mut rest) = (Vec::new(), raw.as_slice());
    // Programs pad the end with zeros.
    while rest.iter().any(|b| *b != 0) {
        if !rest.starts_with(&GZIP) {
            return Err(Error::format(format!(
                "{} bytes after the end of the gzip data are none of it: two files in one, or damaged",
                rest.len()
            )));
        }
        let mut member = flate2::bufread::GzDecoder::new(rest);
        // One byte more than allowed tells data that is too long from data that just fits.
        let left = (limit - bytes.len() as u64).saturating_add(1);
        member
            .by_ref()
            .take(left)
            .read_to_end(&mut bytes)
            .map_err(|e| {
                Error::format(format!(
                    "damaged or truncated gzip data ({e}); copy or download the file again"
                ))
            })?;
        if bytes.len() as u64 > limit {
            return Err(too_long(limit).hint(format!("its {} bytes are gzip data", raw.len())));
        }
        rest = member.into_inner();
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn all(raw: Vec<u8>) -> Result<Vec<u8>> {
        decompress(raw, None)
    }

    #[test]
    fn all_members_are_read_and_nothing_else_may_follow() {
        let two = [gzip(b"y,a\n1,2\n"), gzip(b""), gzip(b"3,4\n")].concat();
        assert_eq!(all(two.clone()).unwrap(), b"y,a\n1,2\n3,4\n");
        let data = Csv::new()
            .target("y")
            .parse(&all(two.clone()).unwrap())
            .unwrap();
        assert_eq!(data.len(), 2);
        assert_eq!(all([two.clone(), vec![0; 512]].concat()).unwrap().len(), 12);
        let e = all([two.clone(), b"5,6\n".to_vec()].concat()).unwrap_err();
        assert!(
            e.to_string()
                .contains("4 bytes after the end of the gzip data"),
            "{e}"
        );
        for cut in 1..two.len() {
            // A member that is cut off is an error; where one ends, so does the data.
            if let Ok(bytes) = all(two[..cut].to_vec()) {
                assert!(
                    bytes == two[..cut] || bytes.ends_with(b"\n"),
                    "cut at {cut}"
                );
            }
        }
        let mut damaged = two;
        let end = damaged.len() - 5;
        damaged[end] ^= 1;
        assert!(all(damaged).unwrap_err().to_string().contains("damaged"));
    }

    #[test]
    fn decompressed_data_stays_in_proportion_unless_more_is_allowed() {
        let bomb = gzip(&vec![b'1'; 80 << 20]);
        assert!(bomb.len() < 1 << 20);
        let e = all(bomb.clone()).unwrap_err().to_string();
        assert!(
            e.contains("more than") && e.contains("`.limit(bytes)`"),
            "{e}"
        );
        assert_eq!(
            decompress(bomb.clone(), Some(80 << 20)).unwrap().len(),
            80 << 20
        );
        assert!(decompress(bomb, Some((80 << 20) - 1)).is_err());
        // Several members together are no more than one.
        let many = gzip(&vec![0; 40 << 20]).repeat(2);
        assert!(all(many).is_err());
    }

    #[test]
    #[cfg(unix)]
    fn what_has_no_end_is_read_up_to_the_limit() {
        let e = Csv::new().limit(1000).read("/dev/zero").unwrap_err();
        assert!(e.to_string().contains("more than 1000 bytes"), "{e}");
        let e = Csv::new().read("/").unwrap_err();
        assert!(e.to_string().contains("is a folder"), "{e}");
    }
}
