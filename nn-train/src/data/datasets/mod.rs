//! Data sets by name, and readers for the files they come in.

mod csv;
mod idx;
mod mnist;
mod wine_quality;

pub use self::csv::Csv;
pub use idx::idx;
pub use mnist::mnist;
pub use wine_quality::wine_quality;

use nn_core::{Error, Result};
use std::io::Read;
use std::path::Path;

/// The first two bytes of gzip data.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A file's bytes, decompressed if they are gzip's, at most `limit` of them.
///
/// # Errors
/// When the file cannot be read, its compression is damaged, or there is more than `limit`.
fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let raw = std::fs::read(path).map_err(|e| Error::io(path, &e))?;
    decompress(raw, limit).map_err(|e| e.context(path.display()))
}

fn decompress(raw: Vec<u8>, limit: u64) -> Result<Vec<u8>> {
    if !raw.starts_with(&GZIP) {
        return Ok(raw);
    }
    let mut bytes = Vec::new();
    // One byte more than allowed tells a file that is too long from one that just fits.
    let mut reader = flate2::read::GzDecoder::new(raw.as_slice()).take(limit + 1);
    reader.read_to_end(&mut bytes).map_err(|e| {
        Error::format(format!(
            "damaged or truncated gzip data ({e}); copy or download the file again"
        ))
    })?;
    if bytes.len() as u64 > limit {
        return Err(Error::format(format!(
            "more than {limit} bytes of decompressed data"
        )));
    }
    Ok(bytes)
}
