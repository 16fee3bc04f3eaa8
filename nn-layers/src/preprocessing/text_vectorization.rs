//! Texts as rows of indices of words.

use crate::preprocessing::lookup::{Learned, Lookup};
use crate::preprocessing::output_mode::OutputMode;
use crate::preprocessing::string_lookup::{StringLookup, call_rows, indices_of_rows};
use nn_core::{Error, Result, Shape, Tensor};
use nn_derive::{Layer, model};
use serde::{Deserialize, Serialize};

/// Texts as rows of indices: each is brought to a standard form, split into words, these into n-grams if asked for, and looked up in a
/// vocabulary, which is given or learned from texts ([`TextVectorization::adapt`]).
///
/// With `OutputMode::Int` a row holds the indices of a text's words, filled up with 0 to `output_sequence_length`, or to the longest of the
/// texts without one: index 0 is for no word, 1 for a word that the vocabulary does not have, the entries follow. The other forms say which
/// words a text has, how often, or how often times their inverse document frequency; there 0 is for words that the vocabulary does not have.
///
/// A tensor holds no text: this is no step of a `call`, but turns columns of text into tensors before, by
/// [`TextVectorization::call_text`]. As a field of a model, `#[model(unused)] vectorize: TextVectorization`, it is saved with it,
/// vocabulary and all.
///
/// Source: Keras's `TextVectorization`; lower case and white space are those of ASCII, as TensorFlow has them there.
///
/// ```
/// use nn::TextVectorization;
/// let mut vectorize = TextVectorization::new().output_sequence_length(4);
/// vectorize.adapt(&["The cat sat.", "The dog sat, too!"])?;
/// assert_eq!(vectorize.get_vocabulary(), ["", "[UNK]", "the", "sat", "too", "dog", "cat"]);
/// let rows = vectorize.call_text(&["a cat", "THE dog (too)"]);
/// assert_eq!(rows.shape(), [2, 4]);
/// assert_eq!(rows.to_vec::<i64>()?, [1, 6, 0, 0, 2, 5, 4, 0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(sparse = false, ragged = false, encoding = "utf-8"))]
#[must_use]
pub struct TextVectorization {
    #[config(default = None, no_builder)]
    max_tokens: Option<usize>,
    #[config(default = Some(TextStandardize::LowerAndStripPunctuation), no_builder)]
    standardize: Option<TextStandardize>,
    #[config(default = Some(TextSplit::Whitespace), no_builder)]
    split: Option<TextSplit>,
    #[config(default = None, no_builder)]
    ngrams: Option<Ngrams>,
    #[config(default = OutputMode::Int, no_builder)]
    output_mode: OutputMode,
    /// How many indices a row has: longer texts are cut, shorter ones filled up with 0. For `OutputMode::Int`.
    #[config(default = None)]
    output_sequence_length: Option<usize>,
    /// Whether the forms other than `Int` have `max_tokens` places, however many the vocabulary has.
    #[config(default = false)]
    pad_to_max_tokens: bool,
    #[config(default = None, no_builder)]
    vocabulary: Option<Vec<String>>,
    #[config(default = None, no_builder)]
    idf_weights: Option<Vec<f64>>,
    // What Keras writes beside the vocabulary that it follows from.
    #[config(default = None, no_builder)]
    vocabulary_size: Option<usize>,
}

/// The standard form of a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TextStandardize {
    /// In lower case, without punctuation.
    LowerAndStripPunctuation,
    /// In lower case.
    Lower,
    /// Without punctuation.
    StripPunctuation,
}

/// What a text is split into.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TextSplit {
    /// What white space is between.
    Whitespace,
    /// Characters.
    Character,
}

/// How many words in a row make an entry: all numbers up to one, or those of a list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a whole number or a list of them")]
enum Ngrams {
    UpTo(usize),
    Of(Vec<usize>),
}

impl TextVectorization {
    /// Words in lower case without punctuation, as rows of indices; the vocabulary is given or learned before the first use.
    pub fn new() -> TextVectorization {
        TextVectorization::with_defaults().sized()
    }

    /// The most indices there may be, those for no word and for others included.
    pub const fn max_tokens(mut self, max_tokens: usize) -> TextVectorization {
        self.max_tokens = Some(max_tokens);
        self
    }

    /// The standard form of texts; `None` leaves them as they are.
    pub fn standardize(
        mut self,
        standardize: impl Into<Option<TextStandardize>>,
    ) -> TextVectorization {
        self.standardize = standardize.into();
        self
    }

    /// What texts are split into; with `None` each is one entry, for texts that are split already
    /// ([`TextVectorization::call_text_rows`]).
    pub fn split(mut self, split: impl Into<Option<TextSplit>>) -> TextVectorization {
        self.split = split.into();
        self
    }

    /// Also pairs of words, triples and so on, up to so many in a row.
    pub fn ngrams(mut self, ngrams: usize) -> TextVectorization {
        self.ngrams = Some(Ngrams::UpTo(ngrams));
        self
    }

    /// So many words in a row: of `[1, 3]` single words and triples.
    pub fn ngrams_of(mut self, ngrams: impl Into<Vec<usize>>) -> TextVectorization {
        self.ngrams = Some(Ngrams::Of(ngrams.into()));
        self
    }

    /// The form in which the indices come out.
    pub fn output_mode(mut self, output_mode: OutputMode) -> TextVectorization {
        self.output_mode = output_mode;
        self.sized()
    }

    /// With these entries, in this order.
    pub fn vocabulary<S: Into<String>>(
        mut self,
        vocabulary: impl IntoIterator<Item = S>,
    ) -> TextVectorization {
        self.vocabulary = Some(vocabulary.into_iter().map(Into::into).collect());
        self.sized()
    }

    /// With an inverse document frequency for each entry of the vocabulary, for `OutputMode::TfIdf`.
    pub fn idf_weights(mut self, idf_weights: impl Into<Vec<f64>>) -> TextVectorization {
        self.idf_weights = Some(idf_weights.into());
        self
    }

    fn sized(mut self) -> TextVectorization {
        self.vocabulary_size = Some(self.vocabulary_size());
        self
    }

    /// The words in the order of their indices, with those for no word and for others.
    pub fn get_vocabulary(&self) -> Vec<String> {
        self.lookup().get_vocabulary()
    }

    /// How many indices there are: what an `Embedding` of them has for its `input_dim`.
    pub fn vocabulary_size(&self) -> usize {
        self.lookup().vocabulary_size()
    }

    /// The vocabulary as a layer of its own, for which the empty text is no word.
    fn lookup(&self) -> StringLookup {
        let settings = StringLookup::new()
            .mask_token("")
            .output_mode(self.output_mode)
            .pad_to_max_tokens(self.pad_to_max_tokens);
        settings.holding(
            self.max_tokens,
            self.vocabulary.clone(),
            self.idf_weights.clone(),
        )
    }

    /// What that layer looks up, under the name of this one: who reads an error has no other.
    const fn named(lookup: Lookup<'_, String>) -> Lookup<'_, String> {
        Lookup {
            layer: "TextVectorization",
            ..lookup
        }
    }

    fn check(&self) -> Result<()> {
        let wrong = |message: &str| Err(Error::value(format!("TextVectorization: {message}")));
        if matches!(self.ngrams, Some(Ngrams::UpTo(1_001..))) {
            return wrong("`ngrams` are of at most 1000 words");
        }
        match self.output_sequence_length {
            Some(_) if self.output_mode != OutputMode::Int => {
                wrong("output_sequence_length is for an output_mode of int")
            }
            _ if self.output_mode == OutputMode::OneHot && self.split.is_some() => wrong(
                "an output_mode of one_hot is for texts that are one entry each; use multi_hot or count, or `split(None)`",
            ),
            _ if self.widths().is_some_and(|widths| widths.contains(&0)) => {
                wrong("an n-gram has at least one word, found 0 for `ngrams`")
            }
            _ => Ok(()),
        }
    }

    /// How many words in a row make an entry.
    fn widths(&self) -> Option<Vec<usize>> {
        self.ngrams.as_ref().map(|ngrams| match ngrams {
            Ngrams::UpTo(0) => vec![0],
            Ngrams::UpTo(most) => (1..=*most).collect(),
            Ngrams::Of(widths) => widths.clone(),
        })
    }

    fn standard(&self, text: &str) -> String {
        use TextStandardize::{Lower, LowerAndStripPunctuation, StripPunctuation};
        let lower = match self.standardize {
            Some(Lower | LowerAndStripPunctuation) => text.to_ascii_lowercase(),
            _ => text.to_string(),
        };
        match self.standardize {
            Some(StripPunctuation | LowerAndStripPunctuation) => {
                lower.replace(|c: char| c.is_ascii_punctuation(), "")
            }
            _ => lower,
        }
    }

    /// The entries that a text has.
    fn entries(&self, text: &str) -> Vec<String> {
        let text = self.standard(text);
        match self.split {
            None => vec![text],
            Some(TextSplit::Character) => text.chars().map(String::from).collect(),
            Some(TextSplit::Whitespace) => text
                .split(|c: char| matches!(c, ' ' | '\t'..='\r'))
                .filter(|word| !word.is_empty())
                .map(String::from)
                .collect(),
        }
    }

    fn grams(&self, words: Vec<String>) -> Vec<String> {
        let Some(widths) = self.widths() else {
            return words;
        };
        let of = |width: usize| words.windows(width).map(|row| row.join(" "));
        widths.into_iter().flat_map(of).collect()
    }

    /// The rows of a column of texts: `[texts, length]` indices (`i64`), or `[texts, size]` with the other forms.
    pub fn call_text(&self, texts: &[impl AsRef<str>]) -> Tensor {
        if let Err(error) = self.check() {
            return Tensor::failed(error);
        }
        let words = texts.iter().map(|text| self.entries(text.as_ref()));
        self.call_words(words.map(|words| self.grams(words)).collect())
    }

    /// The rows of texts that are split already, each a list of words: as [`TextVectorization::call_text`], where each word is brought to
    /// the standard form, and split again unless that was turned off by `split(None)`.
    pub fn call_text_rows<S: AsRef<str>>(&self, rows: &[impl AsRef<[S]>]) -> Tensor {
        if let Err(error) = self.check() {
            return Tensor::failed(error);
        }
        self.call_words(rows.iter().map(|row| self.row(row.as_ref())).collect())
    }

    fn row(&self, words: &[impl AsRef<str>]) -> Vec<String> {
        let entries = words.iter().flat_map(|word| self.entries(word.as_ref()));
        self.grams(entries.collect())
    }

    fn call_words(&self, rows: Vec<Vec<String>>) -> Tensor {
        let held = self.lookup();
        let lookup = TextVectorization::named(held.lookup());
        if self.output_mode == OutputMode::OneHot {
            return call_rows(&lookup, &rows);
        }
        let indices: Result<Vec<Vec<i64>>> = indices_of_rows(&lookup, &rows);
        let indices = match indices {
            Ok(indices) => indices,
            Err(error) => return Tensor::failed(error),
        };
        if self.output_mode != OutputMode::Int {
            return lookup.encode_rows(&indices);
        }
        let longest = indices.iter().map(Vec::len).max().unwrap_or(0);
        let length = self.output_sequence_length.unwrap_or(longest);
        let shape = Shape::from([indices.len(), length]);
        Tensor::build(shape, |out: &mut [i64]| {
            out.fill(0);
            for (row, out) in indices.iter().zip(out.chunks_exact_mut(length.max(1))) {
                let n = row.len().min(length);
                out[..n].copy_from_slice(&row[..n]);
            }
        })
    }

    /// Learns the vocabulary from texts, each a document: the most frequent entries come first, and of those as frequent the later ones in
    /// the alphabet; with `OutputMode::TfIdf` also the inverse document frequencies.
    ///
    /// # Errors
    /// When there is no word; settings that do not go together.
    pub fn adapt(&mut self, texts: &[impl AsRef<str>]) -> Result<()> {
        self.check()?;
        let document = |text: &str| self.grams(self.entries(text));
        let learned = TextVectorization::named(self.lookup().lookup()).learn(|counts| {
            texts
                .iter()
                .try_for_each(|text| counts.add(document(text.as_ref())))
        })?;
        self.take(learned);
        Ok(())
    }

    /// As [`TextVectorization::adapt`] of texts that are split already, each a list of words.
    ///
    /// # Errors
    /// As [`TextVectorization::adapt`].
    pub fn adapt_rows<S: AsRef<str>>(&mut self, rows: &[impl AsRef<[S]>]) -> Result<()> {
        self.check()?;
        let learned = TextVectorization::named(self.lookup().lookup()).learn(|counts| {
            rows.iter()
                .try_for_each(|row| counts.add(self.row(row.as_ref())))
        })?;
        self.take(learned);
        Ok(())
    }

    fn take(&mut self, learned: Learned<String>) {
        self.vocabulary = Some(learned.tokens);
        self.idf_weights = learned.idf_weights;
        self.vocabulary_size = Some(self.vocabulary_size());
    }
}

#[model(crate = nn_core)]
impl TextVectorization {
    fn call(&self, _: Tensor) -> Tensor {
        Tensor::failed(Error::value(
            "TextVectorization takes text, which no tensor holds: `call_text` makes the tensor that the layers after it take",
        ))
    }
}
