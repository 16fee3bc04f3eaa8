//! The IDX format of the MNIST files: a magic number, the dimensions, the elements.

use super::read;
use crate::saving::format::shape_of_file;
use nn_core::{Element, Error, Result, Shape, Tensor};
use std::path::Path;

/// How to read an IDX file, where [`idx`] is not enough.
///
/// ```no_run
/// use nn::datasets::Idx;
/// let blank_images = Idx::new().limit(8 << 30).read("blank-idx3-ubyte.gz")?;
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Idx {
    limit: Option<u64>,
}

impl Idx {
    /// With the default limit.
    pub fn new() -> Idx {
        Idx::default()
    }

    /// The most bytes that are read, decompressed. Not said, a file may be of any size, and decompressed data 200 times as large as the file
    /// (at least 64 MiB): a small file that grows to gigabytes is more likely an attack.
    #[must_use]
    pub fn limit(mut self, bytes: u64) -> Idx {
        self.limit = Some(bytes);
        self
    }

    /// Reads a file; see [`idx`].
    ///
    /// # Errors
    /// As [`idx`].
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Tensor> {
        let path = path.as_ref();
        let bytes = read(path, self.limit)?;
        self.parse(&bytes).map_err(|e| e.context(path.display()))
    }

    /// As [`Idx::read`], from bytes.
    ///
    /// # Errors
    /// As [`idx`].
    pub fn parse(&self, bytes: &[u8]) -> Result<Tensor> {
        parse(bytes)
    }
}

/// Reads an IDX file, gzip or plain: `u8`, `f32` and `f64` as they are, signed integers of 8, 16 and 32 bits as `i64`.
///
/// Layout (LeCun): two zero bytes, a type code (`0x08` u8, `0x09` i8, `0x0B` i16, `0x0C` i32, `0x0D` f32, `0x0E` f64), the number of
/// dimensions, each dimension as a big-endian `u32`, then the elements, big-endian.
///
/// # Errors
/// When the file cannot be read or is larger than the [limit](Idx::limit), is no IDX file, holds another type, or has more or fewer elements
/// than its dimensions say.
///
/// ```no_run
/// let images = nn::datasets::idx("examples/data/mnist/t10k-images-idx3-ubyte.gz")?;
/// assert_eq!(images.shape(), [10000, 28, 28]);
/// # Ok::<(), nn::Error>(())
/// ```
pub fn idx(path: impl AsRef<Path>) -> Result<Tensor> {
    Idx::new().read(path)
}

fn parse(bytes: &[u8]) -> Result<Tensor> {
    let not_idx = || {
        Error::format(
            "not an IDX file: it should begin with two zero bytes, a type code and the number of dimensions",
        )
    };
    let &[0, 0, code, rank] = bytes.first_chunk::<4>().ok_or_else(not_idx)? else {
        return Err(not_idx());
    };
    let header = bytes[4..].get(..4 * rank as usize).ok_or_else(|| {
        Error::format(format!(
            "truncated: the {rank} dimensions that it announces are not all there"
        ))
    })?;
    let dims: Vec<usize> = header
        .chunks_exact(4)
        .map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]) as usize)
        .collect();
    let shape = shape_of_file(&dims)?;
    let data = &bytes[4 + header.len()..];
    match code {
        0x08 => elements(data, shape, |[b]: [u8; 1]| b),
        0x09 => elements(data, shape, |b: [u8; 1]| i64::from(i8::from_be_bytes(b))),
        0x0B => elements(data, shape, |b: [u8; 2]| i64::from(i16::from_be_bytes(b))),
        0x0C => elements(data, shape, |b: [u8; 4]| i64::from(i32::from_be_bytes(b))),
        0x0D => elements(data, shape, f32::from_be_bytes),
        0x0E => elements(data, shape, f64::from_be_bytes),
        _ => Err(Error::format(format!(
            "type code {code:#04x} is none of IDX's: 0x08 (u8), 0x09 (i8), 0x0B (i16), 0x0C (i32), 0x0D (f32) and 0x0E (f64)"
        ))),
    }
}

fn elements<T: Element, const N: usize>(
    data: &[u8],
    shape: Shape,
    f: fn([u8; N]) -> T,
) -> Result<Tensor> {
    let expected = shape.iter().try_fold(N, |n, &d| n.checked_mul(d));
    if expected != Some(data.len()) {
        return Err(Error::format(format!(
            "dimensions {shape} need {} bytes, found {}: the file is truncated or damaged",
            expected.map_or("too many".to_string(), |n| n.to_string()),
            data.len()
        )));
    }
    let values = data
        .chunks_exact(N)
        .map(|b| f(b.try_into().expect("chunks of N bytes")));
    Ok(Tensor::from_vec(values.collect(), shape))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_format_says_and_nothing_else() {
        let file = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];
        let t = parse(&file).unwrap();
        assert_eq!(
            (t.shape().to_vec(), t.to_vec::<u8>().unwrap()),
            (vec![2, 3], vec![1, 2, 3, 4, 5, 6])
        );
        for cut in 0..file.len() {
            assert!(parse(&file[..cut]).is_err(), "cut at {cut}");
        }
        assert!(
            parse(&[0, 0, 8, 1, 0xff, 0xff, 0xff, 0xff, 1])
                .unwrap_err()
                .to_string()
                .contains("4294967295")
        );
        assert!(parse(&[0, 0, 8, 255]).is_err());
        assert!(
            parse(&[1, 2, 3, 4, 5])
                .unwrap_err()
                .to_string()
                .contains("not an IDX file")
        );
        let mut floats = vec![0, 0, 0x0D, 1, 0, 0, 0, 1];
        floats.extend(1.5_f32.to_be_bytes());
        assert_eq!(parse(&floats).unwrap().to_vec::<f32>().unwrap(), [1.5]);
    }

    #[test]
    fn integers_of_every_width_keep_sign_and_value() {
        fn file(code: u8, elements: &[&[u8]]) -> Vec<u8> {
            let head = [0, 0, code, 1, 0, 0, 0, elements.len() as u8];
            [&head[..], &elements.concat()].concat()
        }
        let whole = |bytes: Vec<u8>| parse(&bytes).unwrap().to_vec::<i64>().unwrap();
        let i8s = file(0x09, &[&(-128_i8).to_be_bytes(), &127_i8.to_be_bytes()]);
        assert_eq!(whole(i8s), [-128, 127]);
        let i16s = file(0x0B, &[&i16::MIN.to_be_bytes(), &i16::MAX.to_be_bytes()]);
        assert_eq!(whole(i16s), [-32_768, 32_767]);
        let i32s = file(0x0C, &[&i32::MIN.to_be_bytes(), &i32::MAX.to_be_bytes()]);
        assert_eq!(whole(i32s), [-2_147_483_648, 2_147_483_647]);
        let f64s = file(0x0E, &[&0.1_f64.to_be_bytes()]);
        assert_eq!(parse(&f64s).unwrap().to_vec::<f64>().unwrap(), [0.1]);
        assert!(
            parse(&file(0x0A, &[]))
                .unwrap_err()
                .to_string()
                .contains("0x0a")
        );
        // Nothing at all in a shape that nothing could be computed with.
        let huge = [&[0, 0, 8, 4], [0xff; 12].as_slice(), &[0; 4]].concat();
        assert!(parse(&huge).unwrap_err().to_string().contains("too large"));
    }
}
