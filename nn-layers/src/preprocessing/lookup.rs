//! What `IntegerLookup`, `StringLookup` and `TextVectorization` have in common: a vocabulary.

use crate::ShapeError;
use crate::core::range::is_finite;
use crate::preprocessing::output_mode::OutputMode;
use nn_core::__private::memory;
use nn_core::ops::hash_text;
use nn_core::{Error, Result, Shape, Tensor, floatx, is_known};
use std::collections::HashMap;
use std::fmt::Display;
use std::hash::Hash;

/// An entry of a vocabulary.
pub(crate) trait Token: Ord + Hash + Clone + Display {
    /// Which of `bins` it falls into if the vocabulary does not have it.
    fn bin(&self, bins: usize, salt: Option<[u64; 2]>, floormod: bool) -> i64;
}

impl Token for String {
    fn bin(&self, bins: usize, salt: Option<[u64; 2]>, _: bool) -> i64 {
        hash_text(self, bins, salt)
    }
}

impl Token for i64 {
    fn bin(&self, bins: usize, salt: Option<[u64; 2]>, floormod: bool) -> i64 {
        match floormod {
            true => self.rem_euclid(bins.max(1) as i64),
            false => hash_text(&self.to_string(), bins, salt),
        }
    }
}

/// A vocabulary with the settings of its layer.
pub(crate) struct Lookup<'a, T> {
    pub layer: &'static str,
    pub max_tokens: Option<usize>,
    pub num_oov_indices: usize,
    pub mask_token: Option<&'a T>,
    pub oov_token: Option<&'a T>,
    pub vocabulary: Option<&'a [T]>,
    pub idf_weights: Option<&'a [f64]>,
    pub invert: bool,
    pub output_mode: OutputMode,
    pub pad_to_max_tokens: bool,
    pub salt: Option<[u64; 2]>,
    pub floormod: bool,
}

/// The depth of the rows of a lookup; `None` before there is a vocabulary.
pub(crate) const fn depth(
    max_tokens: Option<usize>,
    pad_to_max_tokens: bool,
    vocabulary_size: Option<usize>,
) -> Option<usize> {
    match max_tokens {
        Some(max) if pad_to_max_tokens => Some(max),
        _ => vocabulary_size,
    }
}

/// The shape of the output of a lookup.
pub(crate) const fn output_shape(
    layer: &str,
    mode: OutputMode,
    input: &Shape,
    depth: Option<usize>,
) -> Result<Shape, ShapeError> {
    match (mode, depth) {
        (OutputMode::Int, _) => Ok(*input),
        (mode, Some(depth)) => mode.output_shape(layer, input, depth),
        (mode, None) => Err(ShapeError::new(layer)
            .text(" needs its vocabulary before it is called with an output_mode of ")
            .text(mode.name())
            .text("; give one, or call `adapt`")),
    }
}

/// What a lookup learns from data.
pub(crate) struct Learned<T> {
    pub tokens: Vec<T>,
    /// With `OutputMode::TfIdf`.
    pub idf_weights: Option<Vec<f64>>,
}

/// How often tokens were seen.
pub(crate) struct Counts<T> {
    /// How often one was seen, in how many documents, and in which one last.
    seen: HashMap<T, (u64, u64, usize)>,
    documents: usize,
}

impl<T: Token> Counts<T> {
    /// Adds a document, which is a list of tokens.
    ///
    /// # Errors
    /// When there is no memory for so many tokens.
    pub fn add(&mut self, document: impl IntoIterator<Item = T>) -> Result<()> {
        self.documents += 1;
        for token in document {
            memory::try_seat(&mut self.seen, 1)?;
            let (times, documents, last) = self.seen.entry(token).or_default();
            *times += 1;
            if *last != self.documents {
                *documents += 1;
                *last = self.documents;
            }
        }
        Ok(())
    }
}

impl<'a, T: Token> Lookup<'a, T> {
    /// The index of the first of those for what the vocabulary does not have.
    fn oov_start(&self) -> usize {
        // Where places stand for tokens there is none for the mask.
        usize::from(self.mask_token.is_some() && self.output_mode == OutputMode::Int)
    }

    /// The index of the first entry of the vocabulary.
    fn token_start(&self) -> usize {
        self.oov_start().saturating_add(self.num_oov_indices)
    }

    /// The vocabulary begins with the mask and the out-of-vocabulary tokens themselves.
    fn has_special_tokens(&self) -> bool {
        let all = self.vocabulary.unwrap_or_default();
        let (start, end) = (self.oov_start(), self.token_start());
        let expected = |i: usize| {
            if i < start {
                self.mask_token
            } else {
                self.oov_token
            }
        };
        all.len() >= end && (0..end).all(|i| expected(i) == Some(&all[i]))
    }

    /// The vocabulary without what stands for the mask and for all others.
    pub fn tokens(&self) -> &'a [T] {
        let all = self.vocabulary.unwrap_or_default();
        match self.has_special_tokens() {
            true => &all[self.token_start()..],
            false => all,
        }
    }

    /// How many indices there are.
    pub fn size(&self) -> usize {
        self.token_start().saturating_add(self.tokens().len())
    }

    /// All tokens, in the order of their indices. An index for others without a token of theirs has none.
    pub fn all_tokens(&self) -> Vec<Option<T>> {
        let special = match is_known(self.num_oov_indices) {
            true => self.token_start(),
            // Which `check` refuses.
            false => 0,
        };
        let special = (0..special).map(|i| match i < self.oov_start() {
            true => self.mask_token.cloned(),
            false => self.oov_token.cloned(),
        });
        let tokens = self.tokens().iter().cloned().map(Some);
        special.chain(tokens).collect()
    }

    /// Checks the settings.
    ///
    /// # Errors
    /// Settings that do not go together, and a vocabulary that is none.
    pub fn check(&self) -> Result<()> {
        let name = self.layer;
        let wrong = |message: String| Err(Error::value(format!("{name}: {message}")));
        if !is_known(self.num_oov_indices) {
            return wrong(format!(
                "num_oov_indices is a number of indices below 2³⁴, found {}",
                self.num_oov_indices
            ));
        }
        match self.max_tokens {
            Some(max @ (0 | 1)) => {
                return wrong(format!("max_tokens is at least 2, found {max}"));
            }
            None if self.pad_to_max_tokens => {
                return wrong("pad_to_max_tokens needs max_tokens".to_string());
            }
            _ => {}
        }
        if self.invert && self.output_mode != OutputMode::Int {
            let found = self.output_mode.name();
            return wrong(format!(
                "the way back (`invert`) is from an output_mode of int, found {found}"
            ));
        }
        if self.salt.is_some() && self.floormod {
            return wrong("a salt needs `oov_method` farmhash".to_string());
        }
        let Some(vocabulary) = self.vocabulary else {
            return Ok(());
        };
        let tokens = self.tokens();
        if vocabulary.is_empty() {
            return wrong(
                "the vocabulary is empty; leave it out to have it learned by `adapt`".to_string(),
            );
        }
        let mut seen = HashMap::new();
        for (i, token) in tokens.iter().enumerate() {
            memory::try_seat(&mut seen, 1)?;
            if let Some(before) = seen.insert(token, i) {
                return wrong(format!(
                    "`{token}` is in the vocabulary twice, at {before} and {i}"
                ));
            }
        }
        let reserved = [self.mask_token, self.oov_token.filter(|_| self.invert)];
        if let Some(token) = reserved
            .into_iter()
            .flatten()
            .find(|t| seen.contains_key(t))
        {
            return wrong(format!(
                "`{token}` stands for what is no entry, and is one of the vocabulary; leave such tokens out of it, or begin it with {} of the \
                 mask and {} for all others",
                self.oov_start(),
                self.num_oov_indices
            ));
        }
        if let Some(max) = self.max_tokens.filter(|&max| self.size() > max) {
            return wrong(format!(
                "the vocabulary makes {} indices, more than max_tokens, which is {max}",
                self.size()
            ));
        }
        match (self.output_mode, self.idf_weights) {
            (OutputMode::TfIdf, None) => wrong(
                "an output_mode of tf_idf needs idf_weights beside the vocabulary; give one for each entry, or call `adapt`".to_string(),
            ),
            (OutputMode::TfIdf, Some(weights)) if weights.len() != vocabulary.len() => wrong(format!(
                "{} idf_weights for a vocabulary of {} entries",
                weights.len(),
                vocabulary.len()
            )),
            (OutputMode::TfIdf, Some(weights)) if !weights.iter().copied().all(is_finite) => {
                wrong("idf_weights that are not finite in f32".to_string())
            }
            (OutputMode::TfIdf, _) | (_, None) => Ok(()),
            (other, Some(_)) => wrong(format!(
                "idf_weights are for an output_mode of tf_idf, found {}",
                other.name()
            )),
        }
    }

    /// Checks that there is a vocabulary: without one every entry would be unknown.
    ///
    /// # Errors
    /// When there is none yet.
    pub fn check_known(&self) -> Result<()> {
        match self.vocabulary {
            Some(_) => Ok(()),
            None => Err(Error::value(format!(
                "{}: there is no vocabulary yet, so that every entry would be unknown; call `adapt` with some data, or give one by `vocabulary`",
                self.layer
            ))),
        }
    }

    /// Checks that it is known how many places a form has.
    ///
    /// # Errors
    /// When that follows from a vocabulary which is not there yet.
    pub fn check_size(&self) -> Result<()> {
        let size = self.vocabulary.map(|_| self.size());
        let depth = depth(self.max_tokens, self.pad_to_max_tokens, size);
        output_shape(self.layer, self.output_mode, &Shape::SCALAR, depth)?;
        Ok(())
    }

    /// The indices of the entries.
    ///
    /// # Errors
    /// When there is no memory for them.
    pub fn table(&self) -> Result<HashMap<&'a T, i64>> {
        let mut table = HashMap::new();
        memory::try_seat(&mut table, self.tokens().len())?;
        table.extend(self.tokens().iter().zip(self.token_start() as i64..));
        Ok(table)
    }

    /// The index of a token. A masked one in a form without a place for it is -1.
    ///
    /// # Errors
    /// One that the vocabulary does not have, where there is no index for others.
    pub fn index(&self, table: &HashMap<&T, i64>, token: &T) -> Result<i64> {
        if self.mask_token == Some(token) {
            return Ok(if self.output_mode == OutputMode::Int {
                0
            } else {
                -1
            });
        }
        if let Some(&index) = table.get(token) {
            return Ok(index);
        }
        let start = self.oov_start() as i64;
        match self.num_oov_indices {
            0 => Err(Error::value(format!(
                "{}: `{token}` is not in the vocabulary, and there is no index for what is not; leave `num_oov_indices` at 1",
                self.layer
            ))),
            1 => Ok(start),
            bins => Ok(start + token.bin(bins, self.salt, self.floormod)),
        }
    }

    /// What each place counts with `OutputMode::TfIdf`.
    pub fn place_weights(&self, depth: usize) -> Tensor {
        let given = self.idf_weights.unwrap_or_default();
        let average = given.iter().sum::<f64>() / given.len().max(1) as f64;
        let averages = match self.has_special_tokens() {
            true => 0,
            false => self.token_start().min(depth),
        };
        let weights = Tensor::build([depth], |out: &mut [f64]| {
            out.fill(0.0);
            out[..averages].fill(average);
            for (out, &given) in out[averages..].iter_mut().zip(given.iter()) {
                *out = given;
            }
        });
        weights.cast(floatx())
    }

    /// Indices in the form of the layer.
    pub fn encode(&self, indices: Tensor) -> Tensor {
        if self.output_mode == OutputMode::Int {
            return indices;
        }
        let Some(depth) = depth(self.max_tokens, self.pad_to_max_tokens, Some(self.size())) else {
            return indices;
        };
        let rows = self.output_mode.encode(indices, depth, None);
        match self.output_mode {
            OutputMode::TfIdf => rows * self.place_weights(depth),
            _ => rows,
        }
    }

    /// Rows of indices, of any lengths, each in the form of the layer, which is not `Int` nor `OneHot`: `[rows, depth]`.
    pub fn encode_rows(&self, rows: &[Vec<i64>]) -> Tensor {
        let depth = depth(self.max_tokens, self.pad_to_max_tokens, Some(self.size()));
        let depth = depth.unwrap_or_default();
        let counts = Tensor::build([rows.len(), depth], |out: &mut [f32]| {
            out.fill(0.0);
            for (row, counts) in rows.iter().zip(out.chunks_exact_mut(depth.max(1))) {
                for place in row.iter().filter_map(|&i| usize::try_from(i).ok()) {
                    match (self.output_mode, counts.get_mut(place)) {
                        (_, None) => {}
                        (OutputMode::MultiHot, Some(count)) => *count = 1.0,
                        (_, Some(count)) => *count += 1.0,
                    }
                }
            }
        });
        let counts = counts.cast(floatx());
        match self.output_mode {
            OutputMode::TfIdf => counts * self.place_weights(depth),
            _ => counts,
        }
    }

    /// The vocabulary of the documents that `count` adds: the most frequent tokens first, and of those as frequent the greater ones.
    ///
    /// # Errors
    /// Settings that do not go together, what `count` says, and when there is no memory for so many tokens.
    pub fn learn(&self, count: impl FnOnce(&mut Counts<T>) -> Result<()>) -> Result<Learned<T>> {
        Lookup {
            vocabulary: None,
            idf_weights: None,
            ..*self
        }
        .check()?;
        let mut counts = Counts {
            seen: HashMap::new(),
            documents: 0,
        };
        count(&mut counts)?;
        let Counts {
            mut seen,
            documents: count,
        } = counts;
        for special in [self.mask_token, self.oov_token].into_iter().flatten() {
            seen.remove(special);
        }
        let rows = seen.into_iter();
        let mut all: Vec<(u64, T, u64)> = memory::try_collected(
            rows.map(|(token, (times, documents, _))| (times, token, documents)),
        )?;
        all.sort_unstable_by(|a, b| b.cmp(a));
        if let Some(max) = self.max_tokens {
            let room = max.saturating_sub(self.token_start());
            if room == 0 && !all.is_empty() {
                return Err(Error::value(format!(
                    "{}: max_tokens is {max}, and {} of these stand for the mask and for what the vocabulary does not have: no token is left to learn",
                    self.layer,
                    self.token_start()
                )));
            }
            all.truncate(room);
        }
        if all.is_empty() {
            return Err(Error::value(format!(
                "{} found no token to learn; `adapt` needs data with at least one",
                self.layer
            )));
        }
        let idf = |documents: u64| (1.0 + count as f64 / (1 + documents) as f64).ln();
        let idf_weights = match self.output_mode {
            OutputMode::TfIdf => Some(memory::try_collected(
                all.iter().map(|(.., documents)| idf(*documents)),
            )?),
            _ => None,
        };
        let tokens = memory::try_collected(all.into_iter().map(|(_, token, _)| token))?;
        Ok(Learned {
            tokens,
            idf_weights,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::{IntegerLookup, StringLookup, TextVectorization};
    use nn_core::{Layer, Tensor};

    #[test]
    fn a_layer_without_a_vocabulary_says_so() {
        let whole = Tensor::from([1_i64, 2]);
        let text = ["a", "b"];
        let found = [
            (
                "TextVectorization",
                TextVectorization::new().call_text(&text),
            ),
            ("StringLookup", StringLookup::new().call_text(&text)),
            ("IntegerLookup", IntegerLookup::new().forward(&whole)),
        ];
        for (layer, found) in found {
            let e = found.into_result().unwrap_err().to_string();
            let words = format!("{layer}: there is no vocabulary yet");
            assert!(e.contains(&words), "{e}");
            assert!(e.contains("call `adapt`"), "{e}");
        }
        let e = StringLookup::new().text_of(&whole).unwrap_err().to_string();
        assert!(
            e.contains("StringLookup: there is no vocabulary yet"),
            "{e}"
        );
    }

    #[test]
    fn what_a_text_vectorization_cannot_do_bears_its_name() {
        let none: [&str; 0] = [];
        let e = TextVectorization::new().adapt(&none).unwrap_err();
        let e = e.to_string();
        assert!(e.starts_with("TextVectorization found no token"), "{e}");
        let e = TextVectorization::new().max_tokens(1).adapt(&["a"]);
        let e = e.unwrap_err().to_string();
        assert!(e.starts_with("TextVectorization: max_tokens"), "{e}");
        let twice = TextVectorization::new().vocabulary(["a", "a"]);
        let e = twice.call_text(&["a"]).into_result().unwrap_err();
        assert!(e.to_string().contains("TextVectorization: `a` is"), "{e}");
    }

    #[test]
    fn weights_of_documents_are_finite_in_single_precision() {
        let lookup = StringLookup::new()
            .vocabulary(["a"])
            .output_mode(crate::OutputMode::TfIdf)
            .idf_weights([1e39]);
        let e = lookup.call_text(&["a"]).into_result().unwrap_err();
        assert!(
            e.to_string().contains("idf_weights that are not finite"),
            "{e}"
        );
    }
}
