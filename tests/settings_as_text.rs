//! Choices that are words in Keras are read from those words and written as them.

use nn::applications::Pooling;
use nn::callbacks::Mode;
use nn::data::SequenceEnd;
use nn::metrics::ClassAggregation;
use nn::module::initializer::{Distribution, FanMode, Scaling, Side};
use nn::ops::image::Resampling;
use nn::ops::{MatrixNorm, Overlap, PadMode, QuantileMethod};
use nn::{DType, OovMethod, Spectrum, TextSplit, TextStandardize, Verbose, Window};
use std::fmt::{Debug, Display};
use std::str::FromStr;

/// Every choice is its word, both ways, and what is none of them is refused with the words that there are.
fn words<T>(name: &str, all: &[(T, &str)])
where
    T: FromStr<Err = nn::Error> + Display + Debug + PartialEq,
{
    for (choice, word) in all {
        assert_eq!(choice.to_string(), *word);
        assert_eq!(word.parse::<T>().unwrap(), *choice);
    }
    let e = "wrogn".parse::<T>().unwrap_err().to_string();
    assert!(e.contains(&format!("`wrogn` is no {name}")), "{e}");
    for (_, word) in all {
        assert!(e.contains(&format!("`{word}`")), "{e}");
    }
}

#[test]
fn settings_of_training() {
    words(
        "Mode",
        &[(Mode::Auto, "auto"), (Mode::Min, "min"), (Mode::Max, "max")],
    );
    words(
        "Verbose",
        &[
            (Verbose::Auto, "auto"),
            (Verbose::Silent, "0"),
            (Verbose::Bar, "1"),
            (Verbose::Lines, "2"),
        ],
    );
    assert_eq!("silent".parse::<Verbose>().unwrap(), Verbose::Silent);
    assert_eq!("bar".parse::<Verbose>().unwrap(), Verbose::Bar);
    assert_eq!("lines".parse::<Verbose>().unwrap(), Verbose::Lines);
    words(
        "SequenceEnd",
        &[(SequenceEnd::Pre, "pre"), (SequenceEnd::Post, "post")],
    );
    use ClassAggregation::*;
    words(
        "ClassAggregation",
        &[
            (UniformAverage, "uniform_average"),
            (VarianceWeightedAverage, "variance_weighted_average"),
        ],
    );
}

#[test]
fn settings_of_initializers() {
    words(
        "FanMode",
        &[
            (FanMode::FanIn, "fan_in"),
            (FanMode::FanOut, "fan_out"),
            (FanMode::FanAvg, "fan_avg"),
        ],
    );
    words(
        "Distribution",
        &[
            (Distribution::Uniform, "uniform"),
            (Distribution::TruncatedNormal, "truncated_normal"),
            (Distribution::UntruncatedNormal, "untruncated_normal"),
        ],
    );
    words(
        "Scaling",
        &[
            (Scaling::Density, "density"),
            (Scaling::Spectrum, "spectrum"),
        ],
    );
    words("Side", &[(Side::Real, "real"), (Side::Imag, "imag")]);
    words(
        "Window",
        &[
            (Window::Boxcar, "boxcar"),
            (Window::Triang, "triang"),
            (Window::Bartlett, "bartlett"),
            (Window::Bohman, "bohman"),
            (Window::Cosine, "cosine"),
            (Window::Hann, "hann"),
            (Window::Hamming, "hamming"),
            (Window::Blackman, "blackman"),
            (Window::Nuttall, "nuttall"),
            (Window::Blackmanharris, "blackmanharris"),
            (Window::Flattop, "flattop"),
        ],
    );
}

#[test]
fn settings_of_layers() {
    words(
        "OovMethod",
        &[
            (OovMethod::Floormod, "floormod"),
            (OovMethod::FarmHash, "farmhash"),
        ],
    );
    words(
        "TextSplit",
        &[
            (TextSplit::Whitespace, "whitespace"),
            (TextSplit::Character, "character"),
        ],
    );
    words(
        "TextStandardize",
        &[
            (
                TextStandardize::LowerAndStripPunctuation,
                "lower_and_strip_punctuation",
            ),
            (TextStandardize::Lower, "lower"),
            (TextStandardize::StripPunctuation, "strip_punctuation"),
        ],
    );
    words(
        "Spectrum",
        &[
            (Spectrum::Log, "log"),
            (Spectrum::Magnitude, "magnitude"),
            (Spectrum::Psd, "psd"),
            (Spectrum::Real, "real"),
            (Spectrum::Imag, "imag"),
            (Spectrum::Angle, "angle"),
            (Spectrum::Stft, "stft"),
        ],
    );
    words(
        "Pooling",
        &[(Pooling::Average, "avg"), (Pooling::Max, "max")],
    );
}

#[test]
fn settings_of_operations() {
    use QuantileMethod::*;
    words(
        "QuantileMethod",
        &[
            (Linear, "linear"),
            (Lower, "lower"),
            (Higher, "higher"),
            (Midpoint, "midpoint"),
            (Nearest, "nearest"),
        ],
    );
    words(
        "Resampling",
        &[
            (Resampling::Linear, "linear"),
            (Resampling::Cubic, "cubic"),
            (Resampling::Lanczos3, "lanczos3"),
            (Resampling::Lanczos5, "lanczos5"),
        ],
    );
    words(
        "Overlap",
        &[
            (Overlap::Valid, "valid"),
            (Overlap::Same, "same"),
            (Overlap::Full, "full"),
        ],
    );
    words(
        "MatrixNorm",
        &[
            (MatrixNorm::Frobenius, "fro"),
            (MatrixNorm::Nuclear, "nuc"),
            (MatrixNorm::Spectral, "2"),
            (MatrixNorm::LeastSingular, "-2"),
            (MatrixNorm::Columns, "1"),
            (MatrixNorm::LeastColumn, "-1"),
            (MatrixNorm::Rows, "inf"),
            (MatrixNorm::LeastRow, "-inf"),
        ],
    );
    words(
        "PadMode",
        &[
            (PadMode::Constant(0.0), "constant"),
            (PadMode::Edge, "edge"),
            (PadMode::Symmetric, "symmetric"),
            (PadMode::Reflect, "reflect"),
        ],
    );
    let one_and_a_half = PadMode::Constant(1.5);
    assert_eq!(one_and_a_half.to_string(), "constant(1.5)");
    let read: PadMode = "constant(1.5)".parse().unwrap();
    assert_eq!(read, one_and_a_half);
    assert!("constant(x)".parse::<PadMode>().is_err());
}

#[test]
fn element_types() {
    fn read(text: &str) -> nn::Result<DType> {
        Ok(text.parse()?)
    }
    assert_eq!(read("float32").unwrap(), DType::F32);
    let e = read("float23").unwrap_err().to_string();
    assert!(e.contains("`float23` is no DType"), "{e}");
}
