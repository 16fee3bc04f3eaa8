//! Sequences of different lengths as one tensor.

use nn_core::{Error, Numbers, Result, Tensor};
use serde::{Deserialize, Serialize};

/// An end of a sequence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SequenceEnd {
    /// The beginning.
    Pre,
    /// The end.
    Post,
}

/// Sequences of different lengths as rows of one: `[sequences, maxlen]`. Shorter ones are filled up with `value` at their beginning, and of longer
/// ones the last `maxlen` elements are kept.
///
/// Numbers are taken as [`Tensor::from`] takes them: floats, `i64`, `u8` and `bool` keep their type, whole numbers of other types become `i64`.
///
/// Layers that respect masks leave padding out: `Embedding` with `mask_zero` makes such a mask where `value` is 0.
///
/// Source: `keras.utils.pad_sequences`.
///
/// ```
/// let rows = vec![vec![5, 2], vec![7, 1, 3, 4]];
/// let x = nn::data::pad_sequences(&rows, 3, 0)?;
/// assert_eq!(x.to_vec::<i64>()?, [0, 5, 2, 1, 3, 4]);
/// # Ok::<(), nn::Error>(())
/// ```
///
/// # Errors
/// When `maxlen` is 0; a number that `i64` does not have.
pub fn pad_sequences<T: Numbers, R: AsRef<[T]>>(
    sequences: &[R],
    maxlen: usize,
    value: T,
) -> Result<Tensor> {
    pad_sequences_at(sequences, maxlen, value, SequenceEnd::Pre, SequenceEnd::Pre)
}

/// As [`pad_sequences`], with the end at which padding is put and the one at which longer sequences are cut.
///
/// ```
/// use nn::data::{SequenceEnd, pad_sequences_at};
/// let rows = [vec![5_i64, 2], vec![7, 1, 3, 4]];
/// let x = pad_sequences_at(&rows, 3, 0, SequenceEnd::Post, SequenceEnd::Post)?;
/// assert_eq!(x.to_vec::<i64>()?, [5, 2, 0, 7, 1, 3]);
/// # Ok::<(), nn::Error>(())
/// ```
///
/// # Errors
/// As [`pad_sequences`].
pub fn pad_sequences_at<T: Numbers, R: AsRef<[T]>>(
    sequences: &[R],
    maxlen: usize,
    value: T,
    padding: SequenceEnd,
    truncating: SequenceEnd,
) -> Result<Tensor> {
    const { assert!(T::DEPTH == 0, "sequences are of numbers, not of lists") };
    if maxlen == 0 {
        return Err(Error::value(
            "pad_sequences to a length of 0 leaves nothing; `maxlen` is at least 1",
        ));
    }
    let mut filling = [T::Element::default()];
    value.write(&mut filling)?;
    let mut written = Ok(());
    let padded = Tensor::build([sequences.len(), maxlen], |all: &mut [T::Element]| {
        all.fill(filling[0]);
        for (row, sequence) in all.chunks_exact_mut(maxlen).zip(sequences) {
            let sequence = sequence.as_ref();
            let cut = sequence.len().saturating_sub(maxlen);
            let kept = match truncating {
                SequenceEnd::Pre => &sequence[cut..],
                SequenceEnd::Post => &sequence[..sequence.len() - cut],
            };
            let free = maxlen - kept.len();
            let to = match padding {
                SequenceEnd::Pre => &mut row[free..],
                SequenceEnd::Post => &mut row[..kept.len()],
            };
            if let Err(error) = T::write_all(kept, to) {
                written = Err(error);
                return;
            }
        }
    });
    written?;
    padded.into_result()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_kept_of_no_length() {
        let rows = [[1.0_f32], [2.0]];
        assert!(pad_sequences(&rows, 0, 0.0).is_err());
        assert_eq!(pad_sequences(&rows[..0], 2, 0.0).unwrap().shape(), [0, 2]);
        let empty: [&[i64]; 1] = [&[]];
        let filled = pad_sequences(&empty, 2, -1).unwrap();
        assert_eq!(filled.to_vec::<i64>().unwrap(), [-1, -1]);
    }

    #[test]
    fn whole_numbers_of_every_type_are_i64() {
        let untyped = pad_sequences(&[vec![1, 2, 3], vec![4, 5]], 3, 0).unwrap();
        assert_eq!(untyped.to_vec::<i64>().unwrap(), [1, 2, 3, 0, 4, 5]);
        let rows = [vec![1_u32], vec![2, 3]];
        let counts = pad_sequences(&rows, 2, 9).unwrap();
        assert_eq!(counts.to_vec::<i64>().unwrap(), [9, 1, 2, 3]);
        assert!(pad_sequences(&[[1_usize]], 2, 0).is_ok());
        for (number, value) in [(u64::MAX, 0), (0, u64::MAX)] {
            let e = pad_sequences(&[[number]], 2, value).unwrap_err();
            assert!(e.to_string().contains("no 18446744073709551615"), "{e}");
        }
    }
}
