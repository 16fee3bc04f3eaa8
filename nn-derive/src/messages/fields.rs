//! What is said of the types of fields.

use super::type_as_written;
use crate::check::Kind;
use std::fmt::Display;

pub fn reference(ty: impl Display) -> String {
    format!("a model owns its layers: write `{ty}`, or `Arc<{ty}>` for a layer that several share")
}

pub fn unsized_list(element: impl quote::ToTokens) -> String {
    let element = type_as_written(element);
    format!(
        "a slice has no size of its own: a list of layers is a `Vec<{element}>`, a `Box<[{element}]>`, or with its length an array, `[{element}; 4]`"
    )
}

pub const UNNAMED_TYPE: &str = "a field has a type with a name: the layer's own, a parameter of the struct, `struct Net<L: Layer> { layer: L }`, or `nn::extend::AnyLayer` for a layer of any type";

pub fn tensor_field(parameter: &str) -> String {
    format!(
        "a tensor is no part of a model: make it a parameter, `{parameter}`, to train and save it (`Param::buffer(..)` is saved and not trained), or leave it out with `#[model(skip)]`"
    )
}

pub const TENSOR_AS_PARAM: &str = "`#[param]` is about a `Param`, which owns its tensor, gets its shape in `build` and can be trained: write `Param` for this type";

pub const RC: &str = "a model is used by several threads, and an `Rc` stays in one: write `Arc` to share a layer, or the layer itself if nobody else has it";

pub fn unshared(name: &str) -> String {
    format!(
        "a model is used by several threads, and a `{name}` stays in one: write the layer itself, whose parameters change through a shared reference, or for a value of your own a `Mutex` under `#[model(skip)]`"
    )
}

pub fn locked(name: &str) -> String {
    format!(
        "a layer needs no `{name}`: its parameters change through a shared reference; write the layer itself, or for a value of your own add `#[model(skip)]`"
    )
}

pub const FUNCTION: &str = "a function is no layer by itself: a field `Lambda` is one, made by `Lambda::new(|x| ..)`; a method of the struct needs no field; `#[model(skip)]` leaves the field out";

pub const UNSHARED_FUNCTION: &str = "a model is used by several threads, and this closure stays in one: add `+ Send + Sync` to the `dyn`; a layer that calls a function is a field `Lambda`, made by `Lambda::new(|x| ..)`";

pub const HASH_MAP: &str = "a `HashMap` of layers has another order in every run, and with it the parameters, the random numbers and the files: use `BTreeMap<String, _>`, which keeps its order";

pub fn dyn_layer(name: &str) -> String {
    format!(
        "`dyn {name}` is no type, since each layer takes and returns types of its own: a layer of any type is a `nn::extend::AnyLayer`, which is `Box<dyn DynLayer>`"
    )
}

pub fn plain_field(ty: &str, is_declared: bool) -> String {
    match is_declared {
        true => format!(
            "`{ty}` is no layer that `#[layer(..)]` could make: `#[config]` saves the value with the model, and `#[model(new(..))]` takes it as the argument of the field's name"
        ),
        false => format!(
            "`{ty}` is neither a layer nor a parameter: add `#[config]` to the field to save it with the model, or `#[model(skip)]` to leave it out"
        ),
    }
}

pub fn no_layer(name: &str, kind: Kind, is_declared: bool) -> String {
    match kind {
        Kind::Activation => format!(
            "`{name}` is a plain value, and the layer that applies one is `ActivationLayer`: `#[layer(Activation::Relu)] act: ActivationLayer`; `#[config]` saves the value with the model"
        ),
        Kind::Setting => plain_field(name, is_declared),
        Kind::Loss => format!(
            "`{name}` is a loss and no part of a model: `Compile::new(Adam::new(1e-3), {name}::new())` takes it, or `compute_loss` makes one; leave the field out"
        ),
        Kind::Optimizer => format!(
            "`{name}` is an optimizer and no part of a model: `Compile::new({name}::new(..), loss)` takes it; leave the field out"
        ),
        Kind::Metric => format!(
            "`{name}` is a metric and no part of a model: `Compile::new(optimizer, loss).metrics(..)` takes it; leave the field out"
        ),
    }
}

pub fn lent_config(of: impl quote::ToTokens) -> String {
    let owned = match type_as_written(&of).as_str() {
        "str" => "String".to_string(),
        list if list.starts_with('[') => format!("Vec<{}>", list.trim_matches(['[', ']'])),
        other => other.to_string(),
    };
    format!(
        "what is saved with a model is read back, and owned then: write `{owned}` for this type"
    )
}

pub fn other_list(name: &str, element: impl quote::ToTokens) -> String {
    let element = type_as_written(element);
    format!(
        "a `{name}` holds no layers: a list of them is a `Vec<{element}>`; add `#[config]` to save a plain value with the model, or `#[model(skip)]` to leave it out"
    )
}

pub fn other_key(key: impl quote::ToTokens, layer: impl quote::ToTokens) -> String {
    let (key, layer) = (type_as_written(key), type_as_written(layer));
    format!(
        "the layers of a map go by their names, in paths and in files: write `BTreeMap<String, {layer}>`, found `{key}` as the key"
    )
}
