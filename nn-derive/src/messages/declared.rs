//! What is written in `#[layer(..)]`.

use super::listed;
use std::fmt::Display;

pub fn made_by_hand(ty: impl Display, arguments: impl Display) -> String {
    format!("`#[layer(..)]` takes the arguments of `{ty}::new` alone: `#[layer({arguments})]`")
}

pub fn positional_argument(layer: &str, name: &str, positional: &str) -> String {
    format!(
        "`{name}` is an argument of `{layer}::new`: those come first, in their order and without names: `#[layer({positional})]`"
    )
}

/// `filters` and `kernel_size`, each with its quotes.
fn arguments_of(layer: &str, arguments: &[&str], example: &str) -> String {
    match arguments {
        [] => format!("`{layer}::new` takes no arguments: `#[layer]`"),
        [one] => format!("`{layer}::new` takes `{one}` alone: `#[layer({example})]`"),
        several => format!(
            "`{layer}::new` takes {}: `#[layer({example})]`",
            listed(several)
        ),
    }
}

pub fn too_many_arguments(layer: &str, arguments: &[&str], example: &str, setting: &str) -> String {
    let takes = arguments_of(layer, arguments, example);
    let settings = match setting {
        "" => String::new(),
        setting => format!("; settings come after that and have names, `{setting}`"),
    };
    format!("{takes}{settings}; the size of what goes in is found by itself")
}

pub fn too_few_arguments(layer: &str, arguments: &[&str], example: &str) -> String {
    arguments_of(layer, arguments, example)
}

pub fn one_number(layer: &str, argument: &str, example: &str) -> String {
    let sizes = match (argument, &layer[layer.len() - 2..]) {
        ("kernel_size" | "output_size", "2D") => "[3, 5]",
        ("kernel_size" | "output_size", "3D") => "[3, 5, 5]",
        ("padding" | "cropping", "2D") => "[[1, 1], [2, 2]]",
        ("padding" | "cropping", "3D") => "[[1, 1], [2, 2], [2, 2]]",
        _ => "",
    };
    let by_side = match sizes {
        "" => String::new(),
        sizes => format!("; one for each side is `{argument}_by_side = {sizes}` after it"),
    };
    format!(
        "`{argument}` of `{layer}::new` is one number, for all sides: `#[layer({example})]`{by_side}"
    )
}

pub fn one_number_for_a_setting(layer: &str, key: impl Display, sizes: &str) -> String {
    let by_side = match layer.contains("1D") {
        true => String::new(),
        false => format!("; one for each side is `{key}_by_side = {sizes}`"),
    };
    format!("`{key}` is one number, for all sides{by_side}")
}

pub fn shape_in_brackets(argument: &str, sizes: &str) -> String {
    format!("`{argument}` is written in brackets: `#[layer([{sizes}])]`")
}

pub fn setting_without_value(name: impl Display) -> String {
    let example = match name.to_string().as_str() {
        "activation" | "recurrent_activation" => "Activation::Relu",
        "padding" => "Padding::Same",
        name if name.ends_with("_initializer") => "Initializer::GlorotUniform",
        name if name.starts_with("use_") || name.starts_with("return_") => "true",
        _ => "..",
    };
    format!("`{name}` needs a value: `{name} = {example}`")
}

pub fn text_for_a_value(key: impl Display, of: &str, found: &str) -> String {
    // `he_normal` is `HeNormal`; Keras has two names for one function.
    let found = match found {
        "swish" => "silu",
        "hard_swish" => "hard_silu",
        found => found,
    };
    let words = found.split(['_', '-']);
    let value: String = words
        .map(|word| {
            let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
            first.to_uppercase() + rest
        })
        .collect();
    format!("`{key}` is {}: `{key} = {of}::{value}`", with_article(of))
}

fn with_article(of: &str) -> String {
    let article = match of.starts_with(['A', 'I']) {
        true => "an",
        false => "a",
    };
    format!("{article} `{of}`")
}

pub fn python_truth(found: &str) -> String {
    format!("`{found}` is Python's; write `{}`", found.to_lowercase())
}

pub fn no_new_of(ty: &str, field: &str, has_fields: bool) -> String {
    let fields = match has_fields {
        true => ", with `#[layer(..)]` on its fields",
        false => "",
    };
    format!(
        "`{ty}` has no `new` that `#[layer(..)]` could call: put `#[model(new())]` on it{fields}, or hand it to the constructor, `#[model(new({field}: {ty}))]` here"
    )
}

pub fn no_new_of_enum(ty: &str, field: &str) -> String {
    format!(
        "`{ty}` is an enum, which has no `new`: hand its variant to the constructor, `#[model(new({field}: {ty} = {ty}::..))]`, without `#[layer(..)]`"
    )
}

pub fn arguments_of_block(block: &str, arguments: &[String]) -> String {
    let names: Vec<&str> = arguments.iter().map(String::as_str).collect();
    arguments_of(block, &names, &names.join(", "))
}

pub fn own_default(name: &str) -> String {
    format!(
        "`new(..)` makes `Default` too, which is `{name}::new(..)`: remove `impl Default for {name}`, or write `new` by hand"
    )
}

pub fn setting_with_colon(name: impl Display, value: impl quote::ToTokens) -> String {
    let value = super::type_as_written(value);
    format!("a setting has its value after `=`: `{name} = {value}`")
}

pub fn own_new_not_const(ty: &str, field: &str) -> String {
    format!(
        "the generated `new` is a `const fn`, and `{ty}::new` is none: write `const fn new` there, or `#[model(new(), not_const)]` here; the block may also be handed over, `#[model(new({field}: {ty}))]`"
    )
}

pub const NOTHING_TO_MAKE: &str = "`()` holds nothing, so that nothing is to be said of how `new` makes it: leave out `#[layer(..)]`";

pub const PARAM_MADE: &str = "`#[layer(..)]` makes layers; of a parameter `#[param(Param::new(Initializer::Zeros))]` says how it starts, and `build` its shape";

pub fn made_together(ty: &str, field: &str) -> String {
    format!(
        "`#[layer(..)]` makes one layer or a list of equal ones, and `{ty}` is neither: hand it to the constructor, `#[model(new({field}: {ty}))]`, or give each layer a field"
    )
}

pub fn layer_not_const(ty: &str, field: &str) -> String {
    format!(
        "the generated `new` is a `const fn`, which cannot make a `{ty}`: write `#[model(new(), not_const)]`, or hand the layer over, `#[model(new({field}: {ty}))]`"
    )
}

pub fn layer_as_config(ty: &str) -> String {
    format!(
        "`{ty}` is a layer, and `#[config]` is for plain values: leave it out, and say with `#[layer(..)]` how `new` makes the layer"
    )
}

pub fn layer_as_param(ty: &str) -> String {
    format!(
        "`{ty}` is a layer, and `#[param]` is about a `Param`: leave it out, and say with `#[layer(..)]` how `new` makes the layer"
    )
}

pub fn foreign_layer(name: &str, own: &str) -> String {
    let arguments = match own {
        "Dense" => ", `Dense::new(units)`: the size of what goes in is found by itself",
        _ if own.starts_with("Conv") => {
            ", with `filters` and `kernel_size`: the channels of what goes in are found by itself"
        }
        _ => "",
    };
    match super::distance(name, own) {
        1 if name.len() != own.len() || name.to_lowercase() != own.to_lowercase() => {
            format!("there is no layer `{name}`, did you mean `{own}`?")
        }
        _ => format!("there is no layer `{name}`; Keras's name for it is `{own}`{arguments}"),
    }
}

pub const DERIVED_DEFAULT: &str =
    "`new(..)` makes `Default` too, by the values of its arguments: leave it out of the derives";
