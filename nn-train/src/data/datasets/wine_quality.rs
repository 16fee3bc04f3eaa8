//! Quality of red wines.

use super::Csv;
use crate::data::Dataset;
use nn_core::Result;

/// The table, which is small enough to be part of the library.
const FILE: &[u8] = include_bytes!("winequality-red.csv");

/// Wine quality (Cortez et al. 2009): 1599 red wines with 11 chemical measurements and a grade from 3 to 8.
///
/// `x`: `[1599, 11]`, `f32`, every column standardised to mean 0 and deviation 1; `y`: `[1599, 1]`, `f32`, the grade.
///
/// # Errors
/// None in practice: the data is part of the library.
///
/// ```
/// let wine = nn::datasets::wine_quality()?;
/// assert_eq!((wine.x().shape(), wine.y().shape()), ([1599, 11].into(), [1599, 1].into()));
/// # Ok::<(), nn::Error>(())
/// ```
pub fn wine_quality() -> Result<Dataset> {
    Csv::new().target("quality").standardize(true).parse(FILE)
}
