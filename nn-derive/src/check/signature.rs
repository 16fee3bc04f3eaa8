//! The signatures of the methods that `#[model]` knows.

use super::types::plain_type;
use crate::errors::Errors;
use crate::syntax::{Call, owned, typed_arguments};
use crate::{blocks, messages, source};
use syn::visit::Visit;
use syn::{
    GenericArgument, GenericParam, Pat, PatType, PathArguments, ReceiverKind, ReturnType, Safety,
    Signature, Type,
};

/// Takes the signature of `call` apart.
pub fn call(sig: &Signature, errors: &mut Errors) -> Call {
    plain_method(sig, errors);
    let is_lifetime = |param: &GenericParam| matches!(param, GenericParam::Lifetime(_));
    if !sig.generics.params.iter().all(is_lifetime) {
        errors.at(&sig.generics, messages::generic("call"));
    }
    let mut inputs: Vec<PatType> = typed_arguments(sig);
    let training = inputs.pop_if(|last| is_training(last));
    if let Some(flag) = &training
        && !is_bool(&flag.ty)
    {
        errors.at(&flag.ty, messages::TRAINING_TYPE);
    }
    for input in &inputs {
        if is_training(input) {
            errors.at(input, messages::TRAINING_LAST);
        } else if is_bool(&input.ty) && is_called_like_training(input) {
            errors.at(input, messages::BOOL_INPUT);
        }
        if let Type::Reference(reference) = &*input.ty
            && reference.mutability.is_some()
        {
            errors.at(&input.ty, messages::MUTABLE_INPUT);
        }
        named_type(&input.ty, errors);
    }
    if inputs.len() > 1 {
        not_clone(&inputs, errors);
        inputs
            .iter()
            .for_each(|input| held_input(&input.ty, errors));
    }
    if let [only] = &inputs[..]
        && let Some(number) = number_in(&only.ty)
    {
        errors.at(&only.ty, messages::input_of_numbers(&number));
    }
    if inputs.is_empty() {
        // `fn call(x: Tensor)` and `fn call()` have been told about `&self` already.
        if sig.receiver().is_some() {
            errors.at(&sig.ident, messages::CALL_INPUT);
        }
    }
    let output = match &sig.output {
        ReturnType::Type(_, ty) => {
            match &**ty {
                Type::Never(_) => errors.at(ty, messages::CALL_OUTPUT),
                Type::Reference(reference) if reference.lifetime.is_none() => {
                    errors.at(ty, messages::REFERENCE_OUTPUT);
                }
                _ => named_type(ty, errors),
            }
            Some((**ty).clone())
        }
        ReturnType::Default => {
            errors.at(&sig.ident, messages::CALL_OUTPUT);
            None
        }
    };
    Call {
        inputs,
        training,
        output,
    }
}

/// Structs of the file that cannot be arguments; the compiler says it of others, of the whole block.
fn not_clone(inputs: &[PatType], errors: &mut Errors) {
    for input in inputs {
        let ty = match &*input.ty {
            Type::Reference(reference) => &reference.elem,
            ty => ty,
        };
        if let Type::Path(path) = ty
            && let Some(name) = path.path.get_ident()
            && blocks::has_no_clone(&name.to_string())
        {
            errors.at(path, messages::argument_without_clone(name));
        }
    }
}

/// What holds a tensor or an object in a way that no argument can have, of which the compiler would speak at the whole block.
fn held_input(ty: &Type, errors: &mut Errors) {
    let ty = owned(ty);
    if let Type::TraitObject(_) = ty {
        return errors.at(ty, messages::object_input(ty));
    }
    let Type::Path(path) = ty else { return };
    let Some(last) = path.path.segments.last() else {
        return;
    };
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return;
    };
    let Some(GenericArgument::Type(held)) = arguments.args.first() else {
        return;
    };
    let holders = ["Box", "Rc", "Arc", "RefCell", "Mutex", "RwLock"];
    let is_holder = holders.iter().any(|name| last.ident == name);
    let is_tensor = matches!(held, Type::Path(path) if path.path.is_ident("Tensor"));
    // One that can be shared counts as tensors where it speaks of them.
    let mentions_tensors = source::words(&messages::type_as_written(held), "Tensor")
        .next()
        .is_some();
    if matches!(held, Type::TraitObject(_)) && is_holder {
        if last.ident == "Box" || mentions_tensors {
            errors.at(ty, messages::object_input(held));
        }
    } else if is_tensor && is_holder {
        errors.at(ty, messages::held_input(ty));
    }
}

/// Checks a `build`, `train_step`, `test_step` or `compute_loss`; returns whether it can be expanded.
pub fn hook(sig: &Signature, expected: &str, errors: &mut Errors) -> bool {
    let wanted: Signature = syn::parse_str(expected).expect("a signature");
    let before = errors.count();
    plain_method(sig, errors);
    if !sig.generics.params.is_empty() {
        errors.at(&sig.generics, messages::generic(&sig.ident.to_string()));
    }
    if errors.count() == before && sig.inputs.len() != wanted.inputs.len() {
        errors.at(
            &sig.inputs,
            messages::signature(&sig.ident.to_string(), expected),
        );
    }
    if errors.count() == before
        && let Some(other) = other_argument(sig, &wanted)
    {
        errors.at(other, messages::signature(&sig.ident.to_string(), expected));
    }
    if errors.count() == before
        && let ReturnType::Type(_, ty) = &sig.output
        && is_other_output(ty, &wanted.output)
    {
        errors.at(ty, messages::signature(&sig.ident.to_string(), expected));
    }
    if errors.count() == before && matches!(sig.output, ReturnType::Default) {
        errors.at(
            &sig.ident,
            messages::signature(&sig.ident.to_string(), expected),
        );
    }
    errors.count() == before
}

/// The first argument that is no reference where one is expected, or one that cannot be changed.
fn other_argument(sig: &Signature, wanted: &Signature) -> Option<PatType> {
    let pairs = typed_arguments(sig)
        .into_iter()
        .zip(typed_arguments(wanted));
    let mut others = pairs.filter(|(found, wanted)| match (&*found.ty, &*wanted.ty) {
        (Type::Reference(found), Type::Reference(wanted)) => {
            found.mutability.is_some() != wanted.mutability.is_some()
        }
        (_, Type::Reference(_)) => true,
        _ => false,
    });
    others.next().map(|(found, _)| found)
}

/// Whether an output cannot be what is expected, as far as its name tells.
fn is_other_output(ty: &Type, wanted: &ReturnType) -> bool {
    let name = |ty: &Type| match ty {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    };
    let ReturnType::Type(_, wanted) = wanted else {
        return false;
    };
    let known = [
        "Tensor", "Result", "Option", "Vec", "f32", "f64", "usize", "bool", "Shape", "Self",
    ];
    match (ty, name(ty)) {
        (Type::Tuple(_) | Type::Array(_) | Type::Reference(_), _) => true,
        (_, Some(found)) => {
            name(wanted).is_some_and(|wanted| found != wanted) && known.contains(&&*found)
        }
        _ => false,
    }
}

/// A number or a text, or many of them, by reference or not.
fn number_in(ty: &Type) -> Option<String> {
    match ty {
        Type::Reference(reference) => number_in(&reference.elem),
        Type::Slice(slice) => number_in(&slice.elem),
        Type::Path(path) if path.path.is_ident("str") => Some("str".to_string()),
        other => plain_type(other).map(|(_, name)| name),
    }
}

/// Neither `async` nor the like, and on `&self`.
fn plain_method(sig: &Signature, errors: &mut Errors) {
    let name = sig.ident.to_string();
    if let Some(token) = sig.constness {
        errors.at(token, messages::qualifier(&name, "const"));
    }
    if let Some(token) = sig.asyncness {
        errors.at(token, messages::qualifier(&name, "async"));
    }
    if let Safety::Unsafe(token) = sig.safety {
        errors.at(token, messages::qualifier(&name, "unsafe"));
    }
    if let Some(abi) = &sig.abi {
        errors.at(abi, messages::qualifier(&name, "extern"));
    }
    match sig.receiver() {
        None => errors.at_span(sig.paren_token.span.open(), messages::no_receiver(&name)),
        Some(receiver) => {
            let shared = match &receiver.kind {
                ReceiverKind::Reference(_, _, mutability) => mutability.is_none(),
                ReceiverKind::Typed(_, ty) => {
                    matches!(&**ty, Type::Reference(r) if r.mutability.is_none() && !is_holder(&r.elem))
                }
                _ => false,
            };
            if !shared {
                errors.at(receiver, messages::receiver(&name));
            }
        }
    }
}

/// `Arc<Self>` and the like.
fn is_holder(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| !last.arguments.is_none()
        && ["Arc", "Box", "Pin", "Rc"].iter().any(|name| last.ident == name)))
}

fn is_training(arg: &PatType) -> bool {
    matches!(&*arg.pat, Pat::Ident(p) if p.ident == "training" || p.ident == "_training")
}

/// A name that means the flag, which has another one here.
fn is_called_like_training(arg: &PatType) -> bool {
    let names = [
        "train",
        "is_train",
        "is_training",
        "train_mode",
        "training_mode",
    ];
    matches!(&*arg.pat, Pat::Ident(p) if names.iter().any(|name| p.ident == name))
}

fn is_bool(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "bool"))
}

/// Reports every `impl Trait` in a type.
fn named_type(ty: &Type, errors: &mut Errors) {
    struct ImplTraits<'a>(&'a mut Errors);
    impl<'ast> Visit<'ast> for ImplTraits<'_> {
        fn visit_type_impl_trait(&mut self, found: &'ast syn::TypeImplTrait) {
            self.0.at(found, messages::IMPL_TRAIT);
        }
    }
    ImplTraits(errors).visit_type(ty);
}
