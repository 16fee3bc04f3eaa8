//! PyTorch's names of layers, and those of Keras.

use super::positional::nearly;
use crate::source;
use syn::Generics;

const LAYERS: [(&str, &str); 33] = [
    ("Linear", "Dense"),
    ("FullyConnected", "Dense"),
    ("Conv1d", "Conv1D"),
    ("Conv2d", "Conv2D"),
    ("Conv3d", "Conv3D"),
    ("ConvTranspose1d", "Conv1DTranspose"),
    ("ConvTranspose2d", "Conv2DTranspose"),
    ("ConvTranspose3d", "Conv3DTranspose"),
    ("MaxPool1d", "MaxPooling1D"),
    ("MaxPool2d", "MaxPooling2D"),
    ("MaxPool2D", "MaxPooling2D"),
    ("MaxPool3d", "MaxPooling3D"),
    ("AvgPool1d", "AveragePooling1D"),
    ("AvgPool2d", "AveragePooling2D"),
    ("AvgPool2D", "AveragePooling2D"),
    ("AvgPool3d", "AveragePooling3D"),
    ("AdaptiveAvgPool2d", "AdaptiveAveragePooling2D"),
    ("AdaptiveMaxPool2d", "AdaptiveMaxPooling2D"),
    ("GlobalAvgPool2D", "GlobalAveragePooling2D"),
    ("BatchNorm", "BatchNormalization"),
    ("BatchNorm1d", "BatchNormalization"),
    ("BatchNorm2d", "BatchNormalization"),
    ("LayerNorm", "LayerNormalization"),
    ("GroupNorm", "GroupNormalization"),
    ("RMSNorm", "RMSNormalization"),
    ("RmsNorm", "RMSNormalization"),
    ("Dropout2d", "SpatialDropout2D"),
    ("Upsample", "UpSampling2D"),
    ("MultiheadAttention", "MultiHeadAttention"),
    ("Relu", "ReLU"),
    ("Lstm", "LSTM"),
    ("Gru", "GRU"),
    ("Concat", "Concatenate"),
];

/// Keras's name of a layer that there is not under this one: the file names it as the type of fields alone. Within another type, of which the
/// compiler would speak twice, also one of which a letter is wrong.
pub fn meant_by(name: &str, is_held: bool, generics: &Generics) -> Option<&'static str> {
    let foreign = LAYERS.iter().find(|(foreign, _)| *foreign == name);
    let own = match foreign {
        Some((_, own)) => *own,
        None if is_held && name.len() > 4 => nearly(name)?,
        None => return None,
    };
    let text = source::text();
    let is_type = |at: usize| {
        let after = text[at + name.len()..].trim_start();
        let before = text[..at].trim_end();
        let before = match before.ends_with("*/") {
            true => before[..before.rfind("/*").unwrap_or(0)].trim_end(),
            false => before,
        };
        before.ends_with([':', '<', '[', ',', '(']) && !after.starts_with("::")
    };
    let is_lost = source::uses_framework_alone()
        && !text.contains("macro_rules")
        && !generics.type_params().any(|param| param.ident == name)
        && source::places(name).all(is_type);
    is_lost.then_some(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layers_are_there_and_the_others_are_not() {
        let layers = include_str!("../../../nn-layers/src/lib.rs");
        let is_one = |name: &str| source::words(layers, name).next().is_some();
        for (foreign, own) in LAYERS {
            assert!(is_one(own) && !is_one(foreign), "{foreign}: {own}");
        }
    }

    #[test]
    fn no_name_that_there_is_counts_as_misspelled() {
        let prelude = include_str!("../../../src/lib.rs").split("pub mod prelude");
        let layers = include_str!("../../../nn-layers/src/lib.rs");
        let there = prelude.chain([layers]);
        let words = there.flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
        let words = words.filter(|name| name.starts_with(char::is_uppercase));
        for name in words.filter(|name| name.len() > 4 && !super::super::positional::is_known(name))
        {
            assert_eq!(nearly(name), None, "{name}");
        }
    }
}
