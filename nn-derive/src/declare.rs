//! The declared form: `#[layer(..)]` on fields, and the `new`, `Default` and `OUTPUT` made from it.

use crate::ast::{Errors, Field, Role, Struct};
use crate::attr::Input;
use crate::messages;
use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Ident, Meta, Token, Type};

/// `new(units: usize, num_classes: usize = 10)`.
pub struct New {
    pub span: Span,
    pub arguments: Vec<Argument>,
}

/// `num_classes: usize = 10`.
pub struct Argument {
    pub ident: Ident,
    pub ty: Type,
    /// The value that shapes are checked with.
    pub example: Option<Expr>,
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Argument> {
        let ident = input.parse()?;
        input.parse::<Token![:]>()?;
        let ty = input.parse()?;
        let example = input.parse::<Option<Token![=]>>()?;
        Ok(Argument {
            ident,
            ty,
            example: example.map(|_| input.parse()).transpose()?,
        })
    }
}

impl New {
    /// Reads the value of the key `new`.
    pub fn parse(meta: &ParseNestedMeta<'_>, errors: &mut Errors) -> syn::Result<Option<New>> {
        if !meta.input.peek(syn::token::Paren) {
            errors.at(&meta.path, messages::NEW_ARGUMENTS);
            if meta.input.peek(Token![=]) {
                meta.value()?.parse::<Expr>()?;
            }
            return Ok(None);
        }
        let content;
        syn::parenthesized!(content in meta.input);
        let arguments = content.call(Punctuated::<Argument, Token![,]>::parse_terminated)?;
        Ok(Some(New {
            span: meta.path.span(),
            arguments: arguments.into_iter().collect(),
        }))
    }

    fn argument(&self, name: &Ident) -> Option<&Argument> {
        self.arguments
            .iter()
            .find(|a| a.ident.unraw() == name.unraw())
    }

    /// Whether every argument has an example value.
    fn has_examples(&self) -> bool {
        self.arguments.iter().all(|a| a.example.is_some())
    }
}

/// `#[layer(32, 3, padding = Padding::Same)]`.
pub struct Declared {
    pub span: Span,
    /// The parentheses, where the compiler suggests what to write.
    parentheses: Span,
    positional: Vec<Expr>,
    settings: Vec<(Ident, Expr)>,
}

enum Setting {
    Positional(Expr),
    Named(Ident, Expr),
}

impl Parse for Setting {
    fn parse(input: ParseStream<'_>) -> syn::Result<Setting> {
        if input.peek(Ident::peek_any) && input.peek2(Token![=]) && !input.peek2(Token![==]) {
            let name = input.call(Ident::parse_any)?;
            input.parse::<Token![=]>()?;
            return Ok(Setting::Named(name, input.parse()?));
        }
        Ok(Setting::Positional(input.parse()?))
    }
}

impl Declared {
    /// Reads `#[layer]` or `#[layer(..)]`.
    pub fn parse(attr: &Attribute, errors: &mut Errors) -> Declared {
        let span = attr.path().span();
        let mut declared = Declared {
            span,
            parentheses: match &attr.meta {
                Meta::List(list) => list.delimiter.span().join(),
                _ => span,
            },
            positional: Vec::new(),
            settings: Vec::new(),
        };
        let settings = match &attr.meta {
            Meta::Path(_) => Punctuated::new(),
            _ => match attr.parse_args_with(Punctuated::<Setting, Token![,]>::parse_terminated) {
                Ok(settings) => settings,
                Err(error) => {
                    errors.push(error);
                    Punctuated::new()
                }
            },
        };
        for setting in settings {
            match setting {
                Setting::Positional(value) if declared.settings.is_empty() => {
                    declared.positional.push(value);
                }
                Setting::Positional(value) => errors.at(value, messages::POSITIONAL_AFTER_KEY),
                Setting::Named(name, value) => {
                    if declared.settings.iter().any(|(before, _)| *before == name) {
                        errors.at(&name, messages::repeated_key(&name.to_string()));
                    }
                    declared.settings.push((name, value));
                }
            }
        }
        declared
    }

    /// The expression that makes a field of this type.
    fn value(&self, ty: &Type) -> TokenStream {
        if let Type::Array(array) = ty
            && let Expr::Lit(len) = &array.len
            && let syn::Lit::Int(len) = &len.lit
            && let Ok(len) = len.base10_parse::<usize>()
        {
            let element = self.value(&array.elem);
            let elements = std::iter::repeat_n(element, len);
            return quote!([#(#elements),*]);
        }
        let positional = &self.positional;
        let names = self.settings.iter().map(|(name, _)| name);
        let values = self.settings.iter().map(|(_, value)| value);
        let mut arguments = Group::new(Delimiter::Parenthesis, quote!(#(#positional),*));
        arguments.set_span(match self.settings.is_empty() {
            true => self.parentheses,
            false => self.span,
        });
        let made = quote_spanned!(self.span=> <#ty>::new #arguments);
        quote!(#made #(.#names(#values))*)
    }
}

/// What is wrong between fields and constructor.
pub fn check(item: &Struct, errors: &mut Errors) {
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
    for field in &item.fields {
        if value(field, new).is_none() {
            errors.at(&field.ident, messages::no_value(&field.name()));
        }
    }
    if item.attrs.input.is_some()
        && item.attrs.not_const.is_none()
        && item.generics.params.is_empty()
    {
        for argument in new.arguments.iter().filter(|a| a.example.is_none()) {
            let name = argument.ident.unraw().to_string();
            errors.at(&argument.ident, messages::no_example(&name));
        }
    }
}

/// How `new` makes a field.
fn value(field: &Field, new: &New) -> Option<TokenStream> {
    let ident = &field.ident;
    match (&field.declared, &field.role) {
        (Some(declared), _) => {
            let value = declared.value(&field.ty);
            Some(quote!(#ident: #value))
        }
        (None, Role::Param(Some(expr))) => Some(quote!(#ident: #expr)),
        (None, _) => new.argument(ident).map(|_| ident.to_token_stream()),
    }
}

/// `new`, and `Default`.
pub fn constructors(item: &Struct) -> TokenStream {
    let Some(new) = &item.attrs.new else {
        return TokenStream::new();
    };
    let (vis, ident) = (&item.vis, &item.ident);
    let (impl_generics, type_generics, where_clause) = item.generics.split_for_impl();
    // Expressions of `#[param(..)]` may use the configuration by value: they come before the fields that take it.
    let (made, handed): (Vec<_>, Vec<_>) = item
        .fields
        .iter()
        .partition(|f| f.declared.is_some() || matches!(f.role, Role::Param(Some(_))));
    let values = made
        .into_iter()
        .chain(handed)
        .filter_map(|field| value(field, new));
    let arguments = new
        .arguments
        .iter()
        .map(|Argument { ident, ty, .. }| quote!(#ident: #ty));
    let constness = item.attrs.not_const.is_none().then(|| quote!(const));
    let doc = format!(" A `{}`, its layers as declared.", item.class_name());
    // Beside a `new` by hand, the compiler shows both.
    let signature = quote!(#vis #constness fn new(#(#arguments),*) -> Self);
    let signature: TokenStream = signature
        .into_iter()
        .map(|mut token| {
            token.set_span(token.span().located_at(new.span));
            token
        })
        .collect();
    let constructor = quote! {
        #[automatically_derived]
        #[allow(dead_code, clippy::too_many_arguments, clippy::new_without_default)]
        impl #impl_generics #ident #type_generics #where_clause {
            #[doc = #doc]
            #[must_use]
            #signature {
                Self { #(#values),* }
            }
        }
    };
    let default = new.has_examples().then(|| {
        let examples = new.arguments.iter().filter_map(|a| a.example.as_ref());
        quote! {
            #[automatically_derived]
            impl #impl_generics ::core::default::Default for #ident #type_generics #where_clause {
                fn default() -> Self {
                    Self::new(#(#examples),*)
                }
            }
        }
    });
    quote!(#constructor #default)
}

/// `OUTPUT`, the evaluation of which is the check of the shapes: for what can be made and followed in `const` code.
pub fn output(item: &Struct) -> TokenStream {
    let (Some(new), Some(input), None) =
        (&item.attrs.new, &item.attrs.input, &item.attrs.not_const)
    else {
        return TokenStream::new();
    };
    if !new.has_examples() || !item.generics.params.is_empty() {
        return TokenStream::new();
    }
    let (krate, vis, ident) = (&item.attrs.krate, &item.vis, &item.ident);
    let class_name = item.class_name();
    let examples = new.arguments.iter().filter_map(|a| a.example.as_ref());
    let shapes = match input {
        Input::One(_) => quote!(&[&#ident::INPUT]),
        Input::Several(shapes) => {
            let index = (0..shapes.len()).map(syn::Index::from);
            quote!(&[#(&#ident::INPUT.#index),*])
        }
    };
    let statics = quote!(#krate::statics);
    // Whatever is wrong without a line to show, shows here.
    let place = Span::call_site().located_at(ident.span());
    let otherwise = quote_spanned!(place=> ::core::panic!("{}", __failure.message()));
    quote! {
        #[automatically_derived]
        #[allow(dead_code)]
        impl #ident {
            #[doc(hidden)]
            const __CHECKED: #statics::Answer = {
                use #statics::NotFollowed as _;
                let __net = #ident::new(#(#examples),*);
                let __answer = <#ident>::__SHAPE.ask(
                    &__net,
                    #statics::Question::Call(#statics::Value::input(#shapes)),
                    &#statics::Place::root(#class_name),
                );
                ::core::mem::forget(__net);
                __answer
            };

            /// The shape of what `call` makes of an input of the shape `INPUT`, without the batch.
            #vis const OUTPUT: #krate::OutputShape = #krate::OutputShape::of(#ident::__CHECKED);
        }
        const _: () = {
            use #statics::NotFollowed as _;
            struct __Root;
            impl #statics::Failing for __Root {
                const FAILURE: #statics::Failure = match #ident::__CHECKED {
                    ::core::result::Result::Err(__failure) => __failure,
                    _ => ::core::unreachable!(),
                };
            }
            if let ::core::result::Result::Err(__failure) = #ident::__CHECKED {
                <#ident>::__SHAPE.locate(
                    #statics::Failed::<__Root>::NEW,
                    #statics::Of::<#ident>::NEW,
                );
                #otherwise
            }
        };
    }
}
