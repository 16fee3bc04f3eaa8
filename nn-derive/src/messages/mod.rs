//! The wording of every message, in one place: what was expected, what was found, and the way out.

mod declared;
mod fields;
mod habits;
mod input;
#[cfg(test)]
mod recommended;

pub use declared::*;
pub use fields::*;
pub use habits::*;
pub use input::*;

use crate::check::Part;
use std::fmt::Display;

pub const ATTRIBUTE_TARGET: &str = "`#[model]` goes on a struct with named fields, on the `impl` block with its `call`, or on a function that a `call` uses";

pub const ATTRIBUTE_OF_BLOCK: &str = "`#[model]` goes on the whole block, `#[model] impl Net { fn call(&self, x: Tensor) -> Tensor { .. } }`";

pub const TRAIT_IMPL: &str = "`#[model]` goes on the inherent block, `#[model] impl Net { fn call(&self, ..) .. }`, not on the implementation of a trait";

pub const LIFETIMES: &str =
    "a model owns its layers and cannot have lifetime parameters: store owned values instead";

pub fn not_a_struct(name: impl Display, found: &str) -> String {
    format!(
        "a model is a struct with named fields, found {found}: write `struct {name} {{ dense: Dense }}`, with one field for each layer"
    )
}

pub fn tensors_of(name: impl Display) -> String {
    format!(
        "`#[derive(Tensors)]` goes on a struct of tensors: `struct {name} {{ mean: Tensor, variance: Tensor }}`"
    )
}

pub fn struct_without_tensors(name: &str) -> String {
    format!(
        "`{name}` is a plain struct: `#[derive(Clone, Tensors)]` on it makes its fields the tensors that go in and out of `call`"
    )
}

pub fn tensors_without_clone(name: &str) -> String {
    format!(
        "what goes in and out of `call` can be copied: `#[derive(Clone, Tensors)] struct {name}`; a clone of a tensor shares what it holds"
    )
}

pub fn plain_beside_tensors(ty: &str) -> String {
    format!(
        "`{ty}` is no tensor, and a struct under `#[derive(Tensors)]` holds nothing else: write `Tensor`, or keep the value somewhere else"
    )
}

pub fn no_variants(name: impl Display) -> String {
    format!(
        "`{name}` has no variant, so that no model can have one: write the layers it may be, `enum {name} {{ Conv(Conv2D), Dense(Dense) }}`"
    )
}

pub const DEBUG_OF_ENUM: &str = "`debug` leaves out what a struct has not set; an enum has one variant, and shows it by `#[derive(Debug)]`";

pub const NEW_OF_ENUM: &str = "an enum has no generated constructor: a variant is made by its name, `Block::Conv(Conv2D::new(32, 3))`";

pub fn attribute_of_variant(variant: impl Display, attribute: impl Display) -> String {
    format!(
        "a variant has no attributes of its own: they stand on what it holds, `{variant}(#[{attribute}] ..)`"
    )
}

pub fn reserved_field(name: &str) -> String {
    format!(
        "`{name}` is reserved: a layer field is called as `self.{name}(x)`, and every model has a method of that name (Keras has the same trap with `output`); rename the field, to `{name}_layer` for example"
    )
}

pub fn unknown_key(found: &str, place: &str, known: &[&'static str]) -> String {
    let near = nearest(found, known);
    let near = match near {
        Some(near) => format!(", did you mean `{near}`?"),
        None if ["skip", "unused"].contains(&found) => " (it stands on a field)".to_string(),
        None => String::new(),
    };
    format!(
        "unknown key `{found}`{near}; {place} takes {}",
        listed(known)
    )
}

/// The known key that is meant by another one.
pub fn nearest(found: &str, known: &[&'static str]) -> Option<&'static str> {
    known.iter().copied().find(|known| is_like(found, known))
}

pub fn key_expected(place: &str, known: &[&str]) -> String {
    format!(
        "expected the name of a key; {place} takes {}",
        listed(known)
    )
}

pub fn takes_no_value(key: &str) -> String {
    format!("`{key}` takes no value: `#[model({key})]`")
}

fn listed(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match &names[..] {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => names.join(""),
    }
}

/// Whether a word is nearly another one.
fn is_like(found: &str, known: &str) -> bool {
    let shortest = found.len().min(known.len());
    distance(found, known) <= if shortest > 4 { 2 } else { 1 }
}

/// How many letters must be added, removed or changed to make one word of another.
pub fn distance(found: &str, known: &str) -> usize {
    let found: Vec<char> = found.chars().collect();
    let mut before: Vec<usize> = (0..=found.len()).collect();
    for (i, wanted) in known.chars().enumerate() {
        let mut row = vec![i + 1];
        for (j, letter) in found.iter().enumerate() {
            let replaced = before[j] + usize::from(*letter != wanted);
            row.push(replaced.min(before[j + 1] + 1).min(row[j] + 1));
        }
        before = row;
    }
    before[found.len()]
}

pub const MODEL_TWICE: &str =
    "`#[model]` is given twice (`#[derive(Model)]` is the same); keep one";

pub const BLOCK_TWICE: &str = "`#[model]` is given twice; keep one";

pub const KEYS_TOGETHER: &str =
    "`#[model(..)]` is given twice: all keys stand in one, `#[model(input = [4], new())]`";

pub const DERIVED_TWICE: &str =
    "a derive is given once, and `Model` is all of `Layer` and more: keep one of them";

pub fn unmarked_struct(name: impl Display) -> String {
    format!("`{name}` is a plain struct: put `#[model]` on it too, which makes its fields layers")
}

pub fn plain_struct(name: impl Display) -> String {
    format!(
        "`{name}` is a plain struct: `#[derive(Layer)]` makes it a layer, with a `call` in its `#[model] impl`; `#[config]` saves it as a value, and `#[model(skip)]` leaves it out"
    )
}

pub fn unmarked_block(name: impl Display) -> String {
    format!(
        "`{name}` has a `call` that is an ordinary method: put `#[model]` on its `impl {name}` too, which makes it the forward pass"
    )
}

pub fn method_like_field(of: &str, name: &str) -> String {
    format!(
        "`{name}` is a layer and a method of `{of}`: the layer is called as `self.{name}(x)`, so one of them needs another name, `{name}_layer` for the layer for example"
    )
}

pub fn without_self(name: &str) -> String {
    format!("`{name}` is a layer of the model: `self.{name}(..)` calls it")
}

pub fn without_input(name: &str) -> String {
    format!("the layer `{name}` needs its input: `self.{name}(x)`")
}

/// What is to be said of a field that is called as a layer; of a list nothing, which is one.
pub fn part_called(part: Part, name: &str, input: &str) -> Option<String> {
    Some(match part {
        Part::Parameter if input.is_empty() => format!(
            "`#[param]` on the field makes `self.{name}()`; without it the parameter is `&self.{name}`"
        ),
        Part::Parameter => format!(
            "`{name}` is a parameter and no layer: it is `&self.{name}`, or under `#[param]` `self.{name}()`, in an operation, `x * &self.{name}`"
        ),
        Part::Map => format!(
            "`{name}` is a map of layers, each of which has a name: `self.{name}[\"..\"].forward({input})`"
        ),
        Part::Tuple => format!(
            "`{name}` is a tuple of layers, each of which has a place: `self.{name}.0.forward({input})`"
        ),
        Part::List => return None,
    })
}

pub fn layer_as_function(layer: &str, input: &str) -> String {
    format!(
        "a layer that is no field of its own is called by `forward`: `{layer}.forward({input})`"
    )
}

pub fn call_without_training(name: &str, input: &str) -> String {
    format!(
        "`self.{name}({input})` calls the layer; its `call` takes whether the model trains beside its input: `self.{name}.call({input}, training)`"
    )
}

pub fn field_as_function(name: &str, input: &str) -> String {
    format!(
        "a layer is called by its field's name, without parentheses around it: `self.{name}({input})`"
    )
}

pub fn several_inputs(name: &str, inputs: &str) -> String {
    format!(
        "a layer is called with one input: several go in together as a tuple, `self.{name}(({inputs}))`, or where it takes a list of them as that, `self.{name}([{inputs}])`"
    )
}

pub fn named_arguments(name: &str, input: &str, settings: &str) -> String {
    format!(
        "a layer is called with its input alone; what attention takes for one call beside it goes by `self.{name}.call_with({input}, AttentionArguments::new(){settings})`, and a mask is the input's own, `x.with_mask(mask)`"
    )
}

pub fn training_handed_on(name: &str, input: &str) -> String {
    format!(
        "a layer that is called by its field's name knows whether the model trains: `self.{name}({input})`; `self.{name}.call({input}, training)` hands it another answer"
    )
}

pub fn input_of_numbers(ty: &str) -> String {
    format!(
        "`{ty}` is no tensor, and `call` takes at least one: `fn call(&self, x: Tensor) -> Tensor`; beside tensors an argument may be of any type"
    )
}

pub fn struct_key(key: impl Display) -> String {
    format!(
        "`{key}` belongs to the struct: write `#[model({key} ..)]` there, and `#[model]` alone on its `impl`"
    )
}

pub fn repeated_key(key: &str) -> String {
    format!("`{key}` is given twice; keep one")
}

pub fn needs_value(key: &str, example: &str) -> String {
    format!("`{key}` needs a value: `#[model({key} = {example})]`")
}

pub fn model_is_a_list(example: &str) -> String {
    format!("`#[model]` here takes keys in parentheses: `#[model({example})]`")
}

pub const CHECK_IS_STRICT: &str = "`check` is `\"strict\"`: what the compiler cannot follow is an error then; or `\"build\"`: it is meant that shapes are checked when the model is built";

pub fn left_to_build(name: &str, why: &str) -> String {
    format!(
        "the compiler does not check the shapes of `{name}`, since {why}; `build` does. `check = \"build\"` says that this is meant"
    )
}

pub fn no_call(name: &str) -> String {
    format!(
        "`{name}` has no `call`: write `#[model] impl {name} {{ fn call(&self, x: Tensor) -> Tensor {{ .. }} }}`"
    )
}

pub fn not_checked(why: &str) -> String {
    format!(
        "`check = \"strict\"`: the compiler cannot check this model, since {why}; `build` checks it, leave out `check`"
    )
}

pub const LOSS_TYPE: &str =
    "`loss` is the type of a loss, its name alone: `loss = SparseCategoricalCrossentropy`";

pub const TARGETS_WITHOUT_LOSS: &str =
    "`targets` are checked as a loss reads them: say which, `loss = SparseCategoricalCrossentropy`";

pub const LOSS_BESIDE_NEW: &str = "a loss is checked beside a generated constructor: let `new(..)` in `#[model(..)]` make the model, with `#[layer(..)]` on its fields, or leave out `loss` where `new` is written by hand";

pub const LOSS_WITHOUT_INPUT: &str = "a loss is checked against what comes out of the model, which the compiler finds with `input = [28, 28, 1]` and `new(..)`";

pub const NEW_ARGUMENTS: &str = "expected the arguments of the constructor, each with a value to check shapes with if you like: `new(units: usize, num_classes: usize = 10)`";

pub fn untyped_argument(name: impl Display) -> String {
    format!("`{name}` needs its type: `new({name}: usize)`")
}

pub fn argument_without_clone(name: impl Display) -> String {
    format!(
        "an argument beside tensors can be copied: write `#[derive(Clone)]` on `{name}`, and `Default` where a model is built or runs without one"
    )
}

pub fn no_value(name: &str) -> String {
    format!(
        "nothing says how `new` makes `{name}`: give the layer its arguments, `#[layer(..)]`, or hand it to the constructor, `#[model(new({name}: ..))]`"
    )
}

/// A type as it is written, without the spaces between tokens.
pub fn type_as_written(ty: impl quote::ToTokens) -> String {
    let mut text = ty.to_token_stream().to_string();
    for (spaced, close) in [
        (" :: ", "::"),
        (" < ", "<"),
        ("< ", "<"),
        (" <", "<"),
        (" >", ">"),
        (" ,", ","),
        (" ;", ";"),
        ("& ", "&"),
        ("'_ ", ""),
    ] {
        text = text.replace(spaced, close);
    }
    text
}

pub fn layers_by_another_name(name: impl Display, meant: impl Display) -> String {
    format!(
        "`{name}` is another name for `{meant}`, and `#[layer(..)]` must see what holds the layers: write `{meant}` as the type of the field"
    )
}

pub fn lent_by_another_name(name: impl Display, meant: impl Display) -> String {
    format!(
        "`{name}` is another name for `{meant}`, and `call` must show what it takes by reference: write `{meant}` as the type of the argument"
    )
}

pub fn own_new(name: impl Display) -> String {
    format!(
        "`{name}` has a `new` of its own beside the one that `#[model(new(..))]` generates: remove one of them, or give yours another name"
    )
}

pub fn layer_bound(param: impl Display) -> String {
    format!(
        "`{param}` is called as a layer, and nothing says what it takes and returns: write `{param}: Layer<Input = Tensor, Output = Tensor>`"
    )
}

pub fn bound_of_struct(param: impl Display, of: &str, bounds: &str) -> String {
    format!(
        "`{of}` has a bound on `{param}`, which its `impl` repeats: `impl<{param}: {bounds}> {of}<{param}>`"
    )
}

pub fn no_such_struct(name: impl Display, meant: impl Display) -> String {
    format!("there is no `{name}`; the model without a `call` is `{meant}`: write `impl {meant}`")
}

pub fn no_such_crate(path: impl Display) -> String {
    format!(
        "there is no crate or module `{path}`: leave out `crate`, or say where the framework is, `#[model(crate = ::nn)]`"
    )
}

pub const NO_NEW: &str = "`#[layer(..)]` says how a generated constructor makes this field: ask for one with `#[model(new())]` on the struct, or make the layer in your own `new`";

pub fn no_example(name: &str) -> String {
    format!(
        "with `input`, the compiler follows the shapes and needs a value for `{name}` to do so: `new({name}: .. = 10)`, or remove `input`"
    )
}

pub const NOT_CONST_WITHOUT_NEW: &str =
    "`not_const` is about the generated constructor: ask for one with `new(..)`, or remove it";

pub const VEC_WITHOUT_COUNT: &str = "a list of layers needs their number: `#[layer(32; 4)]` makes four, each by `new(32)`; an array has its number in its type, `[Dense; 4]`";

pub const COUNT_WITHOUT_VEC: &str = "`; n` says how many layers a `Vec` gets, and this field is none; remove it (an array has its number in its type, `[Dense; 4]`)";

pub const POSITIONAL_AFTER_KEY: &str = "the arguments of the layer's `new` come first, the settings with names after them: `#[layer(32, 3, padding = Padding::Same)]`";

pub const CONFIG_TAKES_DEFAULT: &str = "`#[config]` takes nothing but a default, `#[config(default = 0.5)]`: the value is saved under the name of the field, and with a default gets a builder method of that name";

pub const ABSENT_NAMES: &str = "expected names, `absent(lora_rank, quantization_config)`";

pub const WEIGHT_NEEDS_INITIALIZER: &str = "a parameter with settings says how it starts: `#[param(initializer = Initializer::GlorotUniform)]`";

pub const PARAM_TAKES_EXPRESSION: &str = "expected the expression that makes the parameter, `#[param(Param::new(Initializer::Zeros))]`, or just `#[param]` to save how it is made with the model";

pub fn conflicting(first: &str, second: &str) -> String {
    format!("a field is either `#[{first}]` or `#[{second}]`; keep one")
}

pub fn unused_on(attr: &str) -> String {
    format!(
        "`unused` is about layers that `call` does not use, and this field is `#[{attr}]`; remove `unused`"
    )
}

pub const NOTHING_TO_DO: &str = "`#[model] impl` turns a `call` into a layer, and this block has none of `call`, `build`, `train_step`, `test_step` and `compute_loss`: write `fn call(&self, x: Tensor) -> Tensor { .. }` here, or remove the attribute";

pub const FORWARD_IS_CALL: &str = "the forward pass is written as `call`; `forward` is the method that runs it: rename this to `fn call`";

pub const BUILD_WITHOUT_CALL: &str =
    "`build` belongs to the `call` whose parameters it makes: move it to the block with `call`";

pub fn twice(name: &str) -> String {
    format!("`{name}` is written twice; keep one")
}

pub fn no_receiver(name: &str) -> String {
    format!("`{name}` needs the layers of the model: take `&self` first")
}

pub fn receiver(name: &str) -> String {
    format!(
        "`{name}` takes `&self`: what it changes (parameters, moving statistics) is behind `Param`, which changes through a shared reference"
    )
}

pub const CALL_INPUT: &str =
    "`call` needs an input: `fn call(&self, x: Tensor) -> Tensor`, or a tuple for several";

pub const CALL_OUTPUT: &str =
    "`call` must return its output: `fn call(&self, x: Tensor) -> Tensor`, or a tuple for several";

pub const MUTABLE_INPUT: &str = "`call` cannot change its input in place: take it by value, `x: Tensor` or `mut x: Tensor`, or as `x: &Tensor`; an operation gives a new tensor";

pub const REFERENCE_OUTPUT: &str = "`call` returns its tensors by value, `-> Tensor`: a clone of a tensor is cheap, since it shares what it holds";

pub fn held_input(found: impl quote::ToTokens) -> String {
    let found = type_as_written(found);
    format!(
        "`{found}` cannot go into `call`: write `Tensor`, or `&Tensor`; a clone of one shares what it holds. Several are a tuple, an array, a `Vec` or an `Option` of them"
    )
}

pub fn object_input(found: impl quote::ToTokens) -> String {
    let found = type_as_written(found);
    format!(
        "an argument beside tensors can be copied and is of a type with a name, found `{found}`: hold it in one of your own, `#[derive(Clone)] struct Shared(Arc<{found}>);`"
    )
}

pub const TRAINING_TYPE: &str = "`training` must be `bool`: it says whether the model trains";

pub const TRAINING_NOT_TAKEN: &str = "`call` is told whether the model trains if it asks for that, as its last argument: `fn call(&self, x: Tensor, training: bool) -> Tensor`; layers that are called by their field's name, `self.dropout(x)`, know it without";

pub const TRAINING_LAST: &str =
    "`training` comes last: `fn call(&self, x: Tensor, training: bool) -> Tensor`";

pub const BOOL_INPUT: &str =
    "the flag that says whether the model trains is called `training`, and comes last";

pub const IMPL_TRAIT: &str = "`call` takes and returns named types, not `impl Trait`: `Tensor`, or tuples, arrays, `Vec`s and `Option`s of it";

pub fn generic(name: &str) -> String {
    format!("`{name}` cannot be generic: put the parameters on the struct and its `impl`")
}

pub fn qualifier(name: &str, found: &str) -> String {
    format!("`{name}` is a plain `fn`: remove `{found}`")
}

pub fn signature(name: &str, expected: &str) -> String {
    format!("`{name}` has another signature: `{expected}`")
}

pub const AUTOCAST: &str = "fn autocast(&self) -> bool";
pub const CALL_ANY: &str = "fn call_any(&self, inputs: Vec<Tensor>, training: bool) -> Vec<Tensor>";
pub const BUILD: &str = "fn build(&self, input: &Shape) -> nn::Result<()>";
pub const TRAIN_STEP: &str =
    "fn train_step(&self, step: &mut Step<'_, Self>, (x, y): (Tensor, Tensor)) -> nn::Result<()>";
pub const TEST_STEP: &str =
    "fn test_step(&self, step: &mut Step<'_, Self>, (x, y): (Tensor, Tensor)) -> nn::Result<()>";
pub const COMPUTE_LOSS: &str = "fn compute_loss(&self, step: &mut Step<'_, Self>, (x, y): (Tensor, Tensor), y_pred: Tensor) -> Tensor";
