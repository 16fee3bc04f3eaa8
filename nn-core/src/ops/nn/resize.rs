//! Images of another size.

use crate::graph::attributes::{Attribute, Setting};

/// How the numbers between pixels are found, by the names that Keras has for them.
///
/// The centre of pixel `i` of `m` lies at `(i + ½)·n/m − ½` between those of `n`. Each neighbour has the weight of a curve at its distance
/// from there; neighbours beyond the image take no part, and the weights are divided by their sum.
#[derive(
    Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Interpolation {
    /// The pixel at `⌊(i + ½)·n/m⌋`.
    #[default]
    Nearest,
    /// A straight line to both neighbours.
    Bilinear,
    /// The cubic of Keys (1981) with a = −½, over four neighbours.
    Bicubic,
    /// The windowed sine of Lanczos with a radius of three pixels.
    Lanczos3,
    /// The windowed sine of Lanczos with a radius of five pixels.
    Lanczos5,
}

impl Interpolation {
    const ALL: [(Interpolation, &'static str); 5] = [
        (Interpolation::Nearest, "nearest"),
        (Interpolation::Bilinear, "bilinear"),
        (Interpolation::Bicubic, "bicubic"),
        (Interpolation::Lanczos3, "lanczos3"),
        (Interpolation::Lanczos5, "lanczos5"),
    ];
}

impl Setting for Interpolation {
    fn to_attribute(&self) -> Attribute {
        let named = Interpolation::ALL.iter().find(|(value, _)| value == self);
        Attribute::Text(named.expect("all of them have names").1.to_string())
    }

    fn from_attribute(attribute: &Attribute) -> Option<Interpolation> {
        let Attribute::Text(text) = attribute else {
            return None;
        };
        let named = Interpolation::ALL.iter().find(|(_, name)| name == text);
        named.map(|(value, _)| *value)
    }
}
