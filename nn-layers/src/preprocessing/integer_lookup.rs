//! Whole numbers as indices of a vocabulary.

use crate::ShapeError;
use crate::preprocessing::lookup::{self, Lookup};
use crate::preprocessing::output_mode::{OutputMode, whole_numbers};
use crate::preprocessing::salt::Salt;
use nn_core::{DType, Error, Result, Shape, Tensor};
use nn_derive::{Layer, model};
use serde::{Deserialize, Serialize};

/// Whole numbers, such as identities of users, as indices from 0 on: their places in a vocabulary, which is given or learned from data
/// ([`IntegerLookup::adapt`]), and is saved with the model.
///
/// Index 0 is for what the vocabulary does not have (with a mask token 0 is for that, and 1 for others); the entries follow. `invert` is the
/// way back, from indices to numbers.
///
/// Shapes: any, to indices of the same shape (`i64`); the other forms of [`OutputMode`] turn them into zeros and ones, counts, or counts
/// weighted by inverse document frequency, `ln(1 + documents / (1 + documents with it))`.
///
/// Source: Keras's `IntegerLookup`.
///
/// ```
/// use nn::{IntegerLookup, Layer, Tensor};
/// let x = Tensor::from([[12_i64, 1138], [42, 1000]]);
/// let lookup = IntegerLookup::new().vocabulary([12, 36, 1138, 42]);
/// assert_eq!(lookup.forward(&x).to_vec::<i64>()?, [1, 3, 4, 0]);
/// let mut learned = IntegerLookup::new();
/// learned.adapt(&x)?;
/// assert_eq!(learned.get_vocabulary(), [-1, 1138, 1000, 42, 12]);
/// assert_eq!(learned.invert(true).forward(Tensor::from([1_i64, 0])).to_vec::<i64>()?, [1138, -1]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(vocabulary_dtype = "int64", sparse = false))]
#[must_use]
pub struct IntegerLookup {
    /// The most indices there may be, those for the mask and for others included.
    #[config(default = None)]
    max_tokens: Option<usize>,
    #[config(default = 1, no_builder)]
    num_oov_indices: usize,
    #[config(default = None, no_builder)]
    mask_token: Option<i64>,
    #[config(default = Some(-1), no_builder)]
    oov_token: Option<i64>,
    #[config(default = None, no_builder)]
    vocabulary: Option<Vec<i64>>,
    #[config(default = None, no_builder)]
    idf_weights: Option<Vec<f64>>,
    /// Whether it goes back from indices to numbers.
    #[config(default = false)]
    invert: bool,
    #[config(default = OutputMode::Int, no_builder)]
    output_mode: OutputMode,
    /// Whether the forms other than `Int` have `max_tokens` places, however many the vocabulary has.
    #[config(default = false)]
    pad_to_max_tokens: bool,
    /// How several indices for others are chosen.
    #[config(default = OovMethod::Floormod)]
    oov_method: OovMethod,
    #[config(default = None, no_builder)]
    salt: Option<Salt>,
    // What Keras writes beside the vocabulary that it follows from.
    #[config(default = None, no_builder)]
    vocabulary_size: Option<usize>,
}

/// How a number that the vocabulary does not have chooses one of several indices.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OovMethod {
    /// By its remainder.
    Floormod,
    /// By its hash.
    #[serde(rename = "farmhash")]
    FarmHash,
}

#[model(crate = nn_core)]
impl IntegerLookup {
    /// Without a vocabulary yet, which is given or learned before the first use, and with one index for what it does not have.
    pub const fn new() -> IntegerLookup {
        IntegerLookup {
            max_tokens: None,
            num_oov_indices: 1,
            mask_token: None,
            oov_token: Some(-1),
            vocabulary: None,
            idf_weights: None,
            invert: false,
            output_mode: OutputMode::Int,
            pad_to_max_tokens: false,
            oov_method: OovMethod::Floormod,
            salt: None,
            vocabulary_size: None,
        }
    }

    /// How many indices are for what the vocabulary does not have; with 0 that is an error.
    pub const fn num_oov_indices(mut self, num_oov_indices: usize) -> IntegerLookup {
        self.num_oov_indices = num_oov_indices;
        self.sized()
    }

    /// The number that stands for no number.
    pub const fn mask_token(mut self, mask_token: i64) -> IntegerLookup {
        self.mask_token = Some(mask_token);
        self.sized()
    }

    /// The number that `invert` gives for what the vocabulary does not have.
    pub const fn oov_token(mut self, oov_token: i64) -> IntegerLookup {
        self.oov_token = Some(oov_token);
        self.sized()
    }

    /// The form in which the indices come out.
    pub const fn output_mode(mut self, output_mode: OutputMode) -> IntegerLookup {
        self.output_mode = output_mode;
        self.sized()
    }

    /// With these entries, in this order.
    pub fn vocabulary(mut self, vocabulary: impl Into<Vec<i64>>) -> IntegerLookup {
        self.vocabulary = Some(vocabulary.into());
        self.sized()
    }

    const fn sized(mut self) -> IntegerLookup {
        self.vocabulary_size = self.size();
        self
    }

    /// How many indices there are, if there is a vocabulary.
    const fn size(&self) -> Option<usize> {
        let Some(vocabulary) = &self.vocabulary else {
            return None;
        };
        let all = vocabulary.as_slice();
        let has_mask = self.mask_token.is_some() && matches!(self.output_mode, OutputMode::Int);
        let (start, mut i) = (has_mask as usize, 0);
        let end = start.saturating_add(self.num_oov_indices);
        // What stands for the mask and for others may be in the vocabulary already.
        while i < end {
            let special = if i < start {
                self.mask_token
            } else {
                self.oov_token
            };
            match special {
                Some(token) if i < all.len() && all[i] == token => i += 1,
                _ => return Some(end.saturating_add(all.len())),
            }
        }
        Some(all.len())
    }

    /// With an inverse document frequency for each entry of the vocabulary, for `OutputMode::TfIdf`.
    pub fn idf_weights(mut self, idf_weights: impl Into<Vec<f64>>) -> IntegerLookup {
        self.idf_weights = Some(idf_weights.into());
        self
    }

    /// Another hash for each pair of numbers, for `OovMethod::FarmHash`.
    pub const fn salt(mut self, salt: [u64; 2]) -> IntegerLookup {
        self.salt = Some(Salt(salt));
        self
    }

    fn lookup(&self) -> Lookup<'_, i64> {
        Lookup {
            layer: "IntegerLookup",
            max_tokens: self.max_tokens,
            num_oov_indices: self.num_oov_indices,
            mask_token: self.mask_token.as_ref(),
            oov_token: self.oov_token.as_ref(),
            vocabulary: self.vocabulary.as_deref(),
            idf_weights: self.idf_weights.as_deref(),
            invert: self.invert,
            output_mode: self.output_mode,
            pad_to_max_tokens: self.pad_to_max_tokens,
            salt: self.salt.map(|salt| salt.0),
            floormod: self.oov_method == OovMethod::Floormod,
        }
    }

    /// The numbers in the order of their indices, with those for the mask and for others.
    pub fn get_vocabulary(&self) -> Vec<i64> {
        let all = self.lookup().all_tokens().into_iter();
        all.map(|token| token.unwrap_or(-1)).collect()
    }

    /// How many indices there are.
    pub fn vocabulary_size(&self) -> usize {
        self.lookup().size()
    }

    /// The shape of the output.
    ///
    /// # Errors
    /// When the form needs a vocabulary and there is none.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        let depth = lookup::depth(self.max_tokens, self.pad_to_max_tokens, self.size());
        lookup::output_shape("IntegerLookup", self.output_mode, input, depth)
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.lookup().check()?;
        self.output_shape(input)?;
        self.lookup().check_known()?;
        Ok(())
    }

    /// A number is looked at as it is: the nearest one of another type may stand for something else.
    fn autocast(&self) -> bool {
        false
    }

    fn call(&self, x: Tensor) -> Tensor {
        let x = whole_numbers("IntegerLookup", &x);
        match self.invert {
            true => self.numbers(&x),
            false => self.lookup().encode(self.indices(&x)),
        }
    }

    /// The indices of numbers; -1 for what is masked in a form without a place for it.
    fn indices(&self, x: &Tensor) -> Tensor {
        let lookup = self.lookup();
        if let (0, Ok(all)) = (self.num_oov_indices, x.try_data::<i64>()) {
            let known = lookup.table().and_then(|table| {
                all.iter()
                    .try_for_each(|v| lookup.index(&table, v).map(drop))
            });
            if let Err(error) = known {
                return Tensor::failed(error);
            }
        }
        let start = lookup.size() - lookup.tokens().len();
        let oov_start = (start - self.num_oov_indices) as i64;
        let mut indices = match self.num_oov_indices {
            0 | 1 => x.zeros_like() + oov_start,
            bins if self.oov_method == OovMethod::FarmHash => {
                x.hash_bucket(bins, self.salt.map(|salt| salt.0)) + oov_start
            }
            bins => {
                let (x, bins) = (x.cast(DType::F64), bins as f64);
                let remainder = &x - (&x / bins).floor() * bins;
                remainder.cast(DType::I64) + oov_start
            }
        };
        let tokens = lookup.tokens();
        if !tokens.is_empty() {
            let entries = Tensor::from_slice(tokens, [tokens.len()]);
            let hits = x.expand_dims(-1).equal(&entries).cast(DType::U8);
            let places = hits.argmax(-1) + start as i64;
            indices = hits.max_axis(-1).cast(DType::Bool).where_(places, indices);
        }
        match self.mask_token {
            None => indices,
            Some(mask) => {
                let index = if self.output_mode == OutputMode::Int {
                    0
                } else {
                    -1
                };
                x.equal(mask).where_(index, indices)
            }
        }
    }

    /// The numbers at indices.
    fn numbers(&self, indices: &Tensor) -> Tensor {
        let Some(other) = self.oov_token else {
            return Tensor::failed(Error::value(
                "the way back of an IntegerLookup needs an oov_token for indices that are none",
            ));
        };
        let all = self.get_vocabulary();
        let size = all.len() as i64;
        let table = Tensor::from_vec(all, [size as usize]);
        let inside = indices.greater_equal(0).logical_and(indices.less(size));
        let places = inside.where_(indices, size - 1);
        match size {
            0 => indices.zeros_like() + other,
            _ => inside.where_(table.take(&places, 0), other),
        }
    }

    /// Learns the vocabulary, and with `OutputMode::TfIdf` the inverse document frequencies: of `[documents, n]` numbers each row is a
    /// document, of `[n]` each number. The most frequent numbers come first, and of those as frequent the greater ones.
    ///
    /// # Errors
    /// Data that are no whole numbers, or none; settings that do not go together.
    pub fn adapt(&mut self, data: &Tensor) -> Result<()> {
        self.adapt_batches([data.clone()])
    }

    /// As [`IntegerLookup::adapt`] of data that come in batches.
    ///
    /// # Errors
    /// As [`IntegerLookup::adapt`].
    pub fn adapt_batches(&mut self, batches: impl IntoIterator<Item = Tensor>) -> Result<()> {
        let learned = self.lookup().learn(|counts| {
            for batch in batches {
                let batch = whole_numbers("IntegerLookup", &batch).into_result()?;
                let width: usize = match batch.shape().dims() {
                    [] | [_] => 1,
                    [_, rest @ ..] => rest.iter().product(),
                };
                for document in batch.try_data::<i64>()?.chunks(width.max(1)) {
                    counts.add(document.iter().copied())?;
                }
            }
            Ok(())
        })?;
        self.idf_weights = learned.idf_weights;
        self.vocabulary = Some(learned.tokens);
        self.vocabulary_size = self.size();
        Ok(())
    }
}
