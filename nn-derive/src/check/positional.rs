//! The arguments that come first in `#[layer(..)]`, of the layers that Keras has: how many there are, and what they are called.

use crate::errors::Errors;
use crate::syntax::{Declared, Field, Holder};
use crate::{messages, source};
use quote::ToTokens;
use syn::{Expr, Lit, Type};

/// A layer, the arguments of its `new`, an example of them, and one of a setting.
type Known = (
    &'static str,
    &'static [&'static str],
    &'static str,
    &'static str,
);

const CONV: &[&str] = &["filters", "kernel_size"];
const POOL: &[&str] = &["pool_size"];
const OUTPUT: &[&str] = &["output_size"];
const UNITS: &[&str] = &["units"];
const STRIDES: &str = "strides = 2";
const ACTIVATION: &str = "activation = Activation::Relu";
const SEQUENCES: &str = "return_sequences = true";
const KEEPDIMS: &str = "keepdims = true";

const ARGUMENTS: &[Known] = &[
    ("Dense", UNITS, "64", ACTIVATION),
    ("Conv1D", CONV, "32, 3", STRIDES),
    ("Conv2D", CONV, "32, 3", STRIDES),
    ("Conv3D", CONV, "32, 3", STRIDES),
    ("Conv1DTranspose", CONV, "32, 3", STRIDES),
    ("Conv2DTranspose", CONV, "32, 3", STRIDES),
    ("Conv3DTranspose", CONV, "32, 3", STRIDES),
    ("DepthwiseConv1D", &["kernel_size"], "3", STRIDES),
    ("DepthwiseConv2D", &["kernel_size"], "3", STRIDES),
    ("SeparableConv1D", CONV, "32, 3", STRIDES),
    ("SeparableConv2D", CONV, "32, 3", STRIDES),
    ("MaxPooling1D", POOL, "2", STRIDES),
    ("MaxPooling2D", POOL, "2", STRIDES),
    ("MaxPooling3D", POOL, "2", STRIDES),
    ("AveragePooling1D", POOL, "2", STRIDES),
    ("AveragePooling2D", POOL, "2", STRIDES),
    ("AveragePooling3D", POOL, "2", STRIDES),
    ("AdaptiveMaxPooling1D", OUTPUT, "7", ""),
    ("AdaptiveMaxPooling2D", OUTPUT, "7", ""),
    ("AdaptiveMaxPooling3D", OUTPUT, "7", ""),
    ("AdaptiveAveragePooling1D", OUTPUT, "7", ""),
    ("AdaptiveAveragePooling2D", OUTPUT, "7", ""),
    ("AdaptiveAveragePooling3D", OUTPUT, "7", ""),
    ("GlobalMaxPooling1D", &[], "", KEEPDIMS),
    ("GlobalMaxPooling2D", &[], "", KEEPDIMS),
    ("GlobalMaxPooling3D", &[], "", KEEPDIMS),
    ("GlobalAveragePooling1D", &[], "", KEEPDIMS),
    ("GlobalAveragePooling2D", &[], "", KEEPDIMS),
    ("GlobalAveragePooling3D", &[], "", KEEPDIMS),
    ("UpSampling1D", &["size"], "2", ""),
    (
        "UpSampling2D",
        &["size"],
        "2",
        "interpolation = Interpolation::Bilinear",
    ),
    ("UpSampling3D", &["size"], "2", ""),
    ("ZeroPadding1D", &["padding"], "1", ""),
    ("ZeroPadding2D", &["padding"], "1", ""),
    ("ZeroPadding3D", &["padding"], "1", ""),
    ("Cropping1D", &["cropping"], "1", ""),
    ("Cropping2D", &["cropping"], "1", ""),
    ("Cropping3D", &["cropping"], "1", ""),
    ("Flatten", &[], "", ""),
    ("Reshape", &["target_shape"], "[7, 7, 64]", ""),
    ("RepeatVector", &["n"], "3", ""),
    ("Dropout", &["rate"], "0.5", ""),
    ("SpatialDropout1D", &["rate"], "0.5", ""),
    ("SpatialDropout2D", &["rate"], "0.5", ""),
    ("SpatialDropout3D", &["rate"], "0.5", ""),
    ("GaussianDropout", &["rate"], "0.5", ""),
    ("GaussianNoise", &["stddev"], "0.1", ""),
    ("AlphaDropout", &["rate"], "0.1", ""),
    (
        "Embedding",
        &["input_dim", "output_dim"],
        "1000, 64",
        "mask_zero = true",
    ),
    ("LSTM", UNITS, "64", SEQUENCES),
    ("GRU", UNITS, "64", SEQUENCES),
    ("SimpleRNN", UNITS, "64", SEQUENCES),
    ("BatchNormalization", &[], "", "momentum = 0.9"),
    ("LayerNormalization", &[], "", "epsilon = 1e-6"),
    ("GroupNormalization", &[], "", "groups = 8"),
    ("RMSNormalization", &[], "", "epsilon = 1e-6"),
    ("UnitNormalization", &[], "", ""),
    ("ReLU", &[], "", "negative_slope = 0.1"),
    ("LeakyReLU", &[], "", "negative_slope = 0.1"),
    ("ELU", &[], "", "alpha = 1.0"),
    ("PReLU", &[], "", ""),
    ("Softmax", &[], "", ""),
    ("Add", &[], "", ""),
    ("Average", &[], "", ""),
    ("Subtract", &[], "", ""),
    ("Multiply", &[], "", ""),
    ("Maximum", &[], "", ""),
    ("Minimum", &[], "", ""),
    ("Concatenate", &[], "", "axis = 1"),
    ("Identity", &[], "", ""),
    ("Masking", &[], "", ""),
    ("Rescaling", &["scale"], "0.1", "offset = 1.0"),
    ("Resizing", &["height", "width"], "224, 224", ""),
    ("CenterCrop", &["height", "width"], "224, 224", ""),
    ("RandomFlip", &[], "", ""),
    ("RandomRotation", &["factor"], "0.1", ""),
    (
        "MultiHeadAttention",
        &["num_heads", "key_dim"],
        "8, 64",
        "dropout = 0.1",
    ),
];

/// Whether a name is that of a layer that has an activation, a padding and initializers as Keras has them.
pub fn is_known(name: &str) -> bool {
    ARGUMENTS.iter().any(|(known, ..)| *known == name)
}

/// The layer of nearly a name, which is no other one's.
pub fn nearly(found: &str) -> Option<&'static str> {
    let mut names = ARGUMENTS.iter().map(|(known, ..)| *known);
    names.find(|known| found != *known && messages::distance(found, known) == 1)
}

/// What is wrong with the arguments of a field's layer; the compiler says it of layers that are not known here.
pub fn positional(field: &Field, krate: &str, errors: &mut Errors) {
    let (Some(declared), (held, is_held)) = (&field.declared, innermost(&field.ty)) else {
        return;
    };
    let Type::Path(ty) = held else {
        return;
    };
    let Some(layer) = ty.path.segments.last().map(|s| s.ident.to_string()) else {
        return;
    };
    let Some(known) = ARGUMENTS.iter().find(|(name, ..)| *name == layer) else {
        return;
    };
    // Keras's keywords for what comes first here.
    let (_, arguments, example, _) = known;
    let mut names = declared.settings.iter().map(|(name, _)| name);
    if let Some(name) = names.find(|name| arguments.iter().any(|argument| name == argument)) {
        let message = messages::positional_argument(&layer, &name.to_string(), example);
        return errors.at(name, message);
    }
    if declared.misplaced.is_some() {
        return;
    }
    let is_written_out = is_held && declared.positional.iter().any(|value| !is_plain(value));
    // The file is looked at where something is wrong alone.
    if let (Some((value, message)), false) = (numbers(declared, known), is_written_out)
        && !source::is_another_type(&layer, krate)
    {
        errors.at(value, message);
    }
}

/// Too many arguments, too few, or several numbers where one is meant.
fn numbers<'d>(
    declared: &'d Declared,
    (layer, arguments, example, setting): &Known,
) -> Option<(&'d Expr, String)> {
    let given = &declared.positional;
    if let Some(extra) = given.get(arguments.len()) {
        let setting = setting_of(extra).unwrap_or_else(|| (*setting).to_string());
        let message = messages::too_many_arguments(layer, arguments, example, &setting);
        return Some((extra, message));
    }
    if let (Some(last), true) = (given.last(), given.len() < arguments.len()) {
        let message = messages::too_few_arguments(layer, arguments, example);
        return Some((last, message));
    }
    given.iter().zip(*arguments).find_map(|(value, argument)| {
        let message = match (value, *argument) {
            (Expr::Tuple(list), "target_shape") if !list.elems.is_empty() => {
                let sizes = list.elems.to_token_stream().to_string().replace(" ,", ",");
                messages::shape_in_brackets(argument, &sizes)
            }
            (_, "target_shape") => return None,
            (Expr::Tuple(list), _) if list.elems.len() > 1 => {
                messages::one_number(layer, argument, example)
            }
            (Expr::Array(_), _) => messages::one_number(layer, argument, example),
            _ => return None,
        };
        Some((value, message))
    })
}

/// The setting that a value is of, by its type or by Keras's text: `Activation::Relu`, `"same"`.
fn setting_of(value: &Expr) -> Option<String> {
    match value {
        Expr::Path(path) => {
            let first = path.path.segments.first()?.ident.to_string();
            let name = match (first.as_str(), path.path.segments.len()) {
                ("Activation", 2) => "activation",
                ("Padding", 2) => "padding",
                ("Initializer", 2) => "kernel_initializer",
                _ => return None,
            };
            let value = path.to_token_stream().to_string().replace(' ', "");
            Some(format!("{name} = {value}"))
        }
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => match text.value().as_str() {
                "same" => Some("padding = Padding::Same".into()),
                "valid" => Some("padding = Padding::Valid".into()),
                _ => Some(ACTIVATION.into()),
            },
            _ => None,
        },
        _ => None,
    }
}

/// The layer in arrays, `Vec`s and their like, and whether it is in one.
pub fn innermost(ty: &Type) -> (&Type, bool) {
    match Holder::of(ty) {
        None => (ty, false),
        Some(Holder::Array(array)) => (innermost(&array.elem).0, true),
        Some(Holder::Option(held) | Holder::Box(held) | Holder::Arc(held) | Holder::Vec(held)) => {
            (innermost(held).0, true)
        }
    }
}

/// Whether a value stands for an argument, and not for the layer itself: `None`, `Dense::new(8)`.
fn is_plain(value: &Expr) -> bool {
    !matches!(value, Expr::Path(_) | Expr::Call(_) | Expr::MethodCall(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// The text of a layer's file, wherever it lies.
    fn text(folder: &Path, file: &str) -> Option<String> {
        let entries = std::fs::read_dir(folder)
            .unwrap()
            .map(|e| e.unwrap().path());
        let mut found = None;
        for path in entries {
            if path.is_dir() {
                found = found.or_else(|| text(&path, file));
            } else if path.file_name().unwrap() == file {
                found = Some(std::fs::read_to_string(path).unwrap());
            }
        }
        found
    }

    /// `max_pooling2d` of `MaxPooling2D`.
    fn file_name(layer: &str) -> String {
        let mut name = String::new();
        let letters: Vec<char> = layer.chars().collect();
        for (i, letter) in letters.iter().enumerate() {
            let starts = i > 0
                && letter.is_uppercase()
                && (letters[i - 1].is_lowercase()
                    || letters.get(i + 1).is_some_and(|next| next.is_lowercase()));
            if starts {
                name.push('_');
            }
            name.extend(letter.to_lowercase());
        }
        match name.as_str() {
            "re_lu" | "leaky_re_lu" | "p_re_lu" => {
                name.replace("re_lu", "relu").replace("p_relu", "prelu")
            }
            _ => name,
        }
    }

    #[test]
    fn the_arguments_are_those_of_the_layers() {
        let layers = Path::new(env!("CARGO_MANIFEST_DIR")).join("../nn-layers/src");
        for (layer, arguments, ..) in ARGUMENTS {
            let file = file_name(layer);
            let text = text(&layers, &format!("{file}.rs")).unwrap_or_else(|| panic!("{file}"));
            let Some((_, after)) = text.split_once(" fn new") else {
                // Those of pooling are made by one macro.
                assert!(
                    text.contains("ooling") && layer.contains("Pooling"),
                    "{layer}"
                );
                continue;
            };
            let written = after.split_once('(').unwrap().1;
            let written = written.split_once(')').unwrap().0;
            let names = written.split(',').filter_map(|a| a.split(':').next());
            let names: Vec<&str> = names.map(str::trim).filter(|a| !a.is_empty()).collect();
            assert_eq!(&names, arguments, "{layer}");
        }
    }
}
