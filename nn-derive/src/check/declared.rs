//! Whether a generated constructor can make every field.

use super::no_layers::MADE_AT_RUN_TIME;
use super::positional::{innermost, is_known, positional};
use crate::blocks::Made;
use crate::errors::Errors;
use crate::syntax::{Argument, Field, Holder, New, Role, Struct};
use crate::{blocks, messages, source};
use proc_macro2::Ident;
use quote::ToTokens;
use std::collections::BTreeMap;
use syn::ext::IdentExt;
use syn::{Expr, Lit, Type};

/// What is wrong between fields and constructor.
pub fn declared(item: &Struct, errors: &mut Errors) {
    let attrs = &item.attrs;
    // One that is given cannot be read otherwise, which is reported.
    let is_absent = |key: &str, is_none: bool| is_none && !attrs.keys.iter().any(|k| k == key);
    match (attrs.losses.first(), &attrs.targets) {
        (None, Some((key, _))) if !attrs.keys.iter().any(|key| key == "loss") => {
            errors.at(key, messages::TARGETS_WITHOUT_LOSS);
        }
        (Some(loss), _)
            if is_absent("input", attrs.input.is_none())
                || is_absent("new", attrs.new.is_none()) =>
        {
            let has_own_new =
                attrs.input.is_some() && blocks::has_method(&item.ident.unraw().to_string(), "new");
            errors.at(
                loss,
                match has_own_new {
                    true => messages::LOSS_BESIDE_NEW,
                    false => messages::LOSS_WITHOUT_INPUT,
                },
            );
        }
        _ => {}
    }
    if let (Some(path), Some(why)) = (&item.attrs.strict, unchecked(item)) {
        errors.at(path, messages::not_checked(why));
    }
    let Some(new) = &item.attrs.new else {
        if errors.count() > 0 {
            // A `new` that cannot be read, perhaps, which is reported already.
            return;
        }
        if let Some(declared) = item.fields.iter().find_map(|f| f.declared.as_ref()) {
            errors.at_span(declared.span, messages::NO_NEW);
        }
        if let Some(path) = &item.attrs.not_const {
            errors.at(path, messages::NOT_CONST_WITHOUT_NEW);
        }
        return;
    };
    if new.is_guessed {
        return;
    }
    let mut asked = BTreeMap::new();
    for field in item.fields.iter().filter(|f| !f.is_wrong) {
        let before = errors.count();
        if let Some(message) = made_of_no_layer(field) {
            let declared = field.declared.as_ref().expect("one that is declared");
            errors.at_span(declared.place(), message);
            continue;
        }
        check_count(field, errors);
        check_values(field, new, errors);
        check_made_by_hand(field, errors);
        if errors.count() == before {
            positional(field, &attrs.krate.to_string(), errors);
            check_made(field, item.has_const_new(), &mut asked, errors);
        }
        let misplaced = field.declared.as_ref().and_then(|d| d.misplaced.as_ref());
        if let Some(value) = misplaced.filter(|_| errors.count() == before) {
            errors.at(value, messages::POSITIONAL_AFTER_KEY);
        }
        // Of a type that `#[model]` has put in the place of another nothing is to be said.
        if !is_made(field, new, item) && !attrs.is_wrong {
            errors.at(&field.ident, messages::no_value(&field.name()));
        }
    }
    let is_untyped = |a: &Argument| matches!(a.ty, Type::ImplTrait(_));
    if new.arguments.iter().any(is_untyped) {
        return;
    }
    if item.attrs.input.is_some() && item.has_const_new() && item.generics.params.is_empty() {
        for argument in new.arguments.iter().filter(|a| a.example.is_none()) {
            let name = argument.ident.unraw().to_string();
            errors.at(&argument.ident, messages::no_example(&name));
        }
    }
}

/// Why the compiler cannot check the shapes of a model, if it is so for its struct alone.
pub fn unchecked(item: &Struct) -> Option<&'static str> {
    let attrs = &item.attrs;
    if attrs.input.is_none() {
        return Some("nothing says what goes in: `input = [28, 28, 1]`");
    }
    let is_made = attrs.new.as_ref().is_some_and(New::has_examples) && item.has_const_new();
    if !item.generics.params.is_empty() && !is_made {
        return Some("it has parameters, and another shape for each");
    }
    match &attrs.new {
        Some(_) if !item.has_const_new() => {
            Some("its constructor is no `const fn`: a `Box`, a `Vec` or `not_const`")
        }
        _ => None,
    }
}

/// What is to be said of `#[layer(3)]` on what no `new` makes of numbers.
fn made_of_no_layer(field: &Field) -> Option<String> {
    let given = field.declared.as_ref()?.positional.first()?;
    let (ty, name) = (messages::type_as_written(&field.ty), field.name());
    match &field.ty {
        Type::Tuple(tuple) if tuple.elems.is_empty() => Some(messages::NOTHING_TO_MAKE.into()),
        Type::Tuple(_) => Some(messages::made_together(&ty, &name)),
        Type::Path(path) => match path.path.segments.last()?.ident.to_string().as_str() {
            "BTreeMap" => Some(messages::made_together(&ty, &name)),
            "Param" if matches!(given, Expr::Lit(_)) => Some(messages::PARAM_MADE.into()),
            _ => None,
        },
        _ => None,
    }
}

/// Whether `new` knows how to make a field.
fn is_made(field: &Field, new: &New, item: &Struct) -> bool {
    field.declared.is_some()
        || matches!(field.role, Role::Param(Some(_)))
        || new.argument(&field.ident).is_some()
        || field.default_value(item.has_const_new()).is_some()
}

/// Whether the number of layers is given where it belongs.
fn check_count(field: &Field, errors: &mut Errors) {
    let Some(declared) = &field.declared else {
        return;
    };
    let is_vec = holds_list(&field.ty);
    let says_something = !declared.positional.is_empty() || !declared.settings.is_empty();
    match &declared.count {
        Some(count) if !is_vec => errors.at(count, messages::COUNT_WITHOUT_VEC),
        None if is_vec && says_something => {
            errors.at_span(declared.parentheses, messages::VEC_WITHOUT_COUNT);
        }
        _ => {}
    }
}

/// Whether there is a list in a type that does not say how long it is.
fn holds_list(ty: &Type) -> bool {
    match Holder::of(ty) {
        Some(Holder::Vec(_)) => true,
        Some(Holder::Option(held) | Holder::Box(held) | Holder::Arc(held)) => holds_list(held),
        Some(Holder::Array(array)) => holds_list(&array.elem),
        None => false,
    }
}

/// A type of the file that has no `new` to call, or another one, each asked for once: a model has many fields of few types.
fn check_made(
    field: &Field,
    is_const: bool,
    asked: &mut BTreeMap<String, Option<Made>>,
    errors: &mut Errors,
) {
    let (Some(declared), (Type::Path(ty), is_held)) = (&field.declared, innermost(&field.ty))
    else {
        return;
    };
    if declared.misplaced.is_some() {
        return;
    }
    let is_written_out = is_held && !declared.positional.is_empty();
    let last = ty.path.segments.last().map(|last| last.ident.to_string());
    if let Some(name) = last.filter(|name| MADE_AT_RUN_TIME.contains(&&**name))
        && is_const
        && !source::is_another_type(&name, "nn")
    {
        let message = messages::layer_not_const(&messages::type_as_written(ty), &field.name());
        return errors.at_span(declared.place(), message);
    }
    let Some(name) = ty.path.get_ident().map(Ident::to_string) else {
        return;
    };
    if is_written_out || is_known(&name) {
        return;
    }
    let made = asked
        .entry(name.clone())
        .or_insert_with(|| blocks::made(&name));
    let given = &declared.positional;
    match made {
        Some(Made::StructWithout(has_fields)) => {
            let message = messages::no_new_of(&name, &field.name(), *has_fields);
            errors.at_span(declared.span, message);
        }
        Some(Made::EnumWithout) => {
            errors.at_span(
                declared.span,
                messages::no_new_of_enum(&name, &field.name()),
            );
        }
        // That there is none at all the compiler says where they would stand.
        Some(Made::By(arguments, _)) if given.len() != arguments.len() => {
            let extra = given.get(arguments.len());
            if let Some(value) = extra.or(given.last()) {
                errors.at(value, messages::arguments_of_block(&name, arguments));
            }
        }
        Some(Made::By(_, true)) if is_const => {
            let message = messages::own_new_not_const(&name, &field.name());
            errors.at_span(declared.place(), message);
        }
        _ => {}
    }
}

/// `#[layer(Dense::new(4))]` where `#[layer(4)]` is meant.
fn check_made_by_hand(field: &Field, errors: &mut Errors) {
    let (Some(declared), Type::Path(ty), None) =
        (&field.declared, &field.ty, Holder::of(&field.ty))
    else {
        return;
    };
    if let [value @ Expr::Call(call)] = &declared.positional[..]
        && let Expr::Path(made) = &*call.func
        && let [.., of, new] = &made.path.segments.iter().collect::<Vec<_>>()[..]
        && ty
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident == of.ident)
        && new.ident == "new"
    {
        let arguments = call.args.to_token_stream().to_string().replace(" ,", ",");
        errors.at(value, messages::made_by_hand(&of.ident, arguments));
    }
}

/// What Keras calls the values of settings, where that is another word than the value's here.
const KERAS_NAMES: [&str; 26] = [
    "relu",
    "relu6",
    "leaky_relu",
    "elu",
    "selu",
    "celu",
    "gelu",
    "silu",
    "swish",
    "mish",
    "sigmoid",
    "hard_sigmoid",
    "tanh",
    "softmax",
    "softplus",
    "softsign",
    "exponential",
    "linear",
    "same",
    "valid",
    "glorot_uniform",
    "glorot_normal",
    "he_normal",
    "he_uniform",
    "zeros",
    "ones",
];

/// What Keras gives as texts is a value of a type here, and Python's truth is written small.
fn check_values(field: &Field, new: &New, errors: &mut Errors) {
    let (Some(declared), Type::Path(ty)) = (&field.declared, &field.ty) else {
        return;
    };
    let Some(layer) = ty.path.segments.last() else {
        return;
    };
    let layer = layer.ident.to_string();
    let is_known = is_known(&layer);
    for (key, value) in &declared.settings {
        if is_known
            && (key == "strides" || key == "dilation_rate")
            && let Some(sizes) = several(value)
            && !source::is_another_type(&layer, "nn")
        {
            errors.at(
                value,
                messages::one_number_for_a_setting(&layer, key, &sizes),
            );
        }
        let of = match key.to_string() {
            key if key == "activation" || key == "recurrent_activation" => "Activation",
            key if key == "padding" => "Padding",
            key if key.ends_with("_initializer") => "Initializer",
            _ => "",
        };
        let is_type = is_known && !of.is_empty();
        match value {
            Expr::Lit(literal) if is_type => {
                if let Lit::Str(text) = &literal.lit {
                    errors.at(value, messages::text_for_a_value(key, of, &text.value()));
                }
            }
            Expr::Path(path) => match path.path.get_ident().map(Ident::to_string).as_deref() {
                // Keras's texts, without their quotes.
                Some(name)
                    if is_type
                        && KERAS_NAMES.contains(&name)
                        && new
                            .argument(path.path.get_ident().expect("a name"))
                            .is_none()
                        && !source::is_another_value(name) =>
                {
                    errors.at(value, messages::text_for_a_value(key, of, name));
                }
                Some(truth @ ("True" | "False")) if !source::defines(truth, "const") => {
                    errors.at(value, messages::python_truth(truth));
                }
                // The names of its variants, unless they are brought in.
                Some(name @ ("Same" | "Valid" | "Relu" | "Sigmoid" | "Tanh" | "Softmax"))
                    if is_type && !source::text().contains(&format!("{of}::")) =>
                {
                    errors.at(value, messages::text_for_a_value(key, of, name));
                }
                _ => {}
            },
            _ => {}
        }
    }
}

/// Numbers in parentheses, as Keras has them, or in brackets.
fn several(value: &Expr) -> Option<String> {
    let list = match value {
        Expr::Tuple(list) if list.elems.len() > 1 => &list.elems,
        Expr::Array(list) => &list.elems,
        _ => return None,
    };
    let numbers: Vec<String> = list.iter().map(messages::type_as_written).collect();
    Some(format!("[{}]", numbers.join(", ")))
}

/// An enum is made by hand.
pub fn variants(item: &Struct, errors: &mut Errors) {
    if let Some(new) = &item.attrs.new {
        errors.at_span(new.span, messages::NEW_OF_ENUM);
    }
    if item.attrs.debug {
        errors.at(&item.ident, messages::DEBUG_OF_ENUM);
    }
    for declared in item.all_fields().filter_map(|f| f.declared.as_ref()) {
        errors.at_span(declared.span, messages::NEW_OF_ENUM);
    }
}
