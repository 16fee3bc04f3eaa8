//! Texts as indices of a vocabulary.

use crate::preprocessing::lookup::{Counts, Lookup};
use crate::preprocessing::output_mode::OutputMode;
use crate::preprocessing::salt::Salt;
use nn_core::{Error, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Texts, such as the names of categories, as indices from 0 on: their places in a vocabulary, which is given or learned from data
/// ([`StringLookup::adapt`]).
///
/// Index 0 is for what the vocabulary does not have (with a mask token 0 is for that, and 1 for others); the entries follow.
///
/// A tensor holds no text: this is no step of a `call`, but turns columns of text into tensors before, by
/// [`StringLookup::call_text`], and back by [`StringLookup::text_of`]. As a field of a model, `#[model(unused)] names: StringLookup`, it
/// is saved with it, vocabulary and all.
///
/// Source: Keras's `StringLookup`.
///
/// ```
/// use nn::StringLookup;
/// let lookup = StringLookup::new().vocabulary(["a", "b", "c"]);
/// let indices = lookup.call_text(&["c", "a", "z"]);
/// assert_eq!(indices.to_vec::<i64>()?, [3, 1, 0]);
/// assert_eq!(lookup.text_of(&indices)?, ["c", "a", "[UNK]"]);
/// let mut learned = StringLookup::new();
/// learned.adapt(&["b", "c", "b"])?;
/// assert_eq!(learned.get_vocabulary(), ["[UNK]", "b", "c"]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(sparse = false, encoding = "utf-8", oov_method = "floormod"))]
#[must_use]
pub struct StringLookup {
    /// The most indices there may be, those for the mask and for others included.
    #[config(default = None)]
    max_tokens: Option<usize>,
    #[config(default = 1, no_builder)]
    num_oov_indices: usize,
    #[config(default = None, no_builder)]
    mask_token: Option<String>,
    #[config(default = Some("[UNK]".to_string()), no_builder)]
    oov_token: Option<String>,
    #[config(default = None, no_builder)]
    vocabulary: Option<Vec<String>>,
    #[config(default = None, no_builder)]
    idf_weights: Option<Vec<f64>>,
    #[config(default = false, no_builder)]
    invert: bool,
    #[config(default = OutputMode::Int, no_builder)]
    output_mode: OutputMode,
    /// Whether the forms other than `Int` have `max_tokens` places, however many the vocabulary has.
    #[config(default = false)]
    pad_to_max_tokens: bool,
    #[config(default = None, no_builder)]
    salt: Option<Salt>,
    // What Keras writes beside the vocabulary that it follows from.
    #[config(default = None, no_builder)]
    vocabulary_size: Option<usize>,
}

impl StringLookup {
    /// Without a vocabulary yet, which is given or learned before the first use, and with one index for what it does not have.
    pub fn new() -> StringLookup {
        StringLookup::with_defaults()
    }

    /// How many indices are for what the vocabulary does not have; with 0 that is an error.
    pub fn num_oov_indices(mut self, num_oov_indices: usize) -> StringLookup {
        self.num_oov_indices = num_oov_indices;
        self.sized()
    }

    /// The form in which the indices come out.
    pub fn output_mode(mut self, output_mode: OutputMode) -> StringLookup {
        self.output_mode = output_mode;
        self.sized()
    }

    /// The text that stands for no text.
    pub fn mask_token(mut self, mask_token: impl Into<String>) -> StringLookup {
        self.mask_token = Some(mask_token.into());
        self.sized()
    }

    /// The text that the way back gives for what the vocabulary does not have.
    pub fn oov_token(mut self, oov_token: impl Into<String>) -> StringLookup {
        self.oov_token = Some(oov_token.into());
        self.sized()
    }

    /// With these entries, in this order.
    pub fn vocabulary<S: Into<String>>(
        mut self,
        vocabulary: impl IntoIterator<Item = S>,
    ) -> StringLookup {
        self.vocabulary = Some(vocabulary.into_iter().map(Into::into).collect());
        self.sized()
    }

    /// With an inverse document frequency for each entry of the vocabulary, for `OutputMode::TfIdf`.
    pub fn idf_weights(mut self, idf_weights: impl Into<Vec<f64>>) -> StringLookup {
        self.idf_weights = Some(idf_weights.into());
        self
    }

    /// Another hash for each pair of numbers, by which several indices for others are chosen.
    pub const fn salt(mut self, salt: [u64; 2]) -> StringLookup {
        self.salt = Some(Salt(salt));
        self
    }

    /// With what another layer holds.
    pub(super) fn holding(
        mut self,
        max_tokens: Option<usize>,
        vocabulary: Option<Vec<String>>,
        idf_weights: Option<Vec<f64>>,
    ) -> StringLookup {
        self.max_tokens = max_tokens;
        self.vocabulary = vocabulary;
        self.idf_weights = idf_weights;
        self
    }

    fn sized(mut self) -> StringLookup {
        self.vocabulary_size = self.vocabulary.is_some().then(|| self.vocabulary_size());
        self
    }

    pub(super) fn lookup(&self) -> Lookup<'_, String> {
        Lookup {
            layer: "StringLookup",
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
            floormod: false,
        }
    }

    /// The texts in the order of their indices, with those for the mask and for others.
    pub fn get_vocabulary(&self) -> Vec<String> {
        let all = self.lookup().all_tokens().into_iter();
        all.map(Option::unwrap_or_default).collect()
    }

    /// How many indices there are.
    pub fn vocabulary_size(&self) -> usize {
        self.lookup().size()
    }

    /// The indices of a column of texts: `[rows]` (`i64`), or what the form makes of those: `[rows, size]` with `OutputMode::OneHot`, and one
    /// row `[size]` for the whole column with the others.
    pub fn call_text(&self, texts: &[impl AsRef<str>]) -> Tensor {
        match self.indices(texts.iter().map(AsRef::as_ref)) {
            Ok(indices) => {
                let rows = indices.len();
                self.lookup().encode(Tensor::from_vec(indices, [rows]))
            }
            Err(error) => Tensor::failed(error),
        }
    }

    /// The indices of rows of texts, `[rows, texts]` (`i64`), or what the form makes of each row, `[rows, size]`. With `OutputMode::Int` and
    /// `OneHot` all rows have as many texts.
    pub fn call_text_rows<S: AsRef<str>>(&self, rows: &[impl AsRef<[S]>]) -> Tensor {
        call_rows(&self.lookup(), rows)
    }

    fn indices<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Result<Vec<i64>> {
        let row: Vec<&str> = texts.collect();
        Ok(indices_of_rows(&self.lookup(), &[row])?.concat())
    }

    /// The texts at indices, in row-major order: the way back. An index that is none gives the text for others.
    ///
    /// # Errors
    /// No vocabulary yet; a tensor of no whole numbers.
    pub fn text_of(&self, indices: &Tensor) -> Result<Vec<String>> {
        self.lookup().check_known()?;
        let all = Lookup {
            output_mode: OutputMode::Int,
            ..self.lookup()
        }
        .all_tokens();
        let other = self.oov_token.clone().unwrap_or_default();
        let text = |i: i64| {
            let found = usize::try_from(i).ok().and_then(|i| all.get(i)?.clone());
            found.unwrap_or_else(|| other.clone())
        };
        Ok(indices.to_vec::<i64>()?.into_iter().map(text).collect())
    }

    /// Learns the vocabulary from a column of texts, and with `OutputMode::TfIdf` the inverse document frequencies, each text a document. The
    /// most frequent texts come first, and of those as frequent the later ones in the alphabet.
    ///
    /// # Errors
    /// When there is no text; settings that do not go together.
    pub fn adapt(&mut self, texts: &[impl AsRef<str>]) -> Result<()> {
        self.learn(|counts| {
            texts
                .iter()
                .try_for_each(|text| counts.add([text.as_ref().to_string()]))
        })
    }

    /// As [`StringLookup::adapt`] of rows of texts, each a document.
    ///
    /// # Errors
    /// As [`StringLookup::adapt`].
    pub fn adapt_rows<S: AsRef<str>>(&mut self, rows: &[impl AsRef<[S]>]) -> Result<()> {
        self.learn(|counts| {
            rows.iter().try_for_each(|row| {
                counts.add(row.as_ref().iter().map(|text| text.as_ref().to_string()))
            })
        })
    }

    fn learn(&mut self, count: impl FnOnce(&mut Counts<String>) -> Result<()>) -> Result<()> {
        let learned = self.lookup().learn(count)?;
        self.vocabulary = Some(learned.tokens);
        self.idf_weights = learned.idf_weights;
        self.vocabulary_size = Some(self.vocabulary_size());
        Ok(())
    }
}

/// The indices of rows of texts in the form of a layer.
pub(super) fn call_rows<S: AsRef<str>>(
    lookup: &Lookup<'_, String>,
    rows: &[impl AsRef<[S]>],
) -> Tensor {
    let indices = match indices_of_rows(lookup, rows) {
        Ok(indices) => indices,
        Err(error) => return Tensor::failed(error),
    };
    if !matches!(lookup.output_mode, OutputMode::Int | OutputMode::OneHot) {
        return lookup.encode_rows(&indices);
    }
    let width = indices.first().map_or(0, Vec::len);
    match indices.iter().position(|row| row.len() != width) {
        None => {
            let shape = Shape::from([rows.len(), width]);
            lookup.encode(Tensor::from_vec(indices.concat(), shape))
        }
        Some(i) => Tensor::failed(Error::shape(format!(
            "StringLookup takes rows of as many texts each, found {width} in row 0 and {} in row {i}; `TextVectorization` fills them up",
            indices[i].len()
        ))),
    }
}

/// The indices of the texts of each row.
pub(super) fn indices_of_rows<S: AsRef<str>>(
    lookup: &Lookup<'_, String>,
    rows: &[impl AsRef<[S]>],
) -> Result<Vec<Vec<i64>>> {
    lookup.check()?;
    if lookup.invert {
        return Err(Error::value(
            "this StringLookup is the way back, from indices to texts: call `text_of`",
        ));
    }
    lookup.check_size()?;
    lookup.check_known()?;
    let table = lookup.table()?;
    let index = |text: &S| lookup.index(&table, &text.as_ref().to_string());
    rows.iter()
        .map(|row| row.as_ref().iter().map(index).collect())
        .collect()
}

#[model(crate = nn_core)]
impl StringLookup {
    fn call(&self, _: Tensor) -> Tensor {
        Tensor::failed(Error::value(
            "StringLookup takes text, which no tensor holds: `call_text` makes the tensor that the layers after it take",
        ))
    }
}
