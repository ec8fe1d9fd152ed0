using System.Runtime.CompilerServices;

namespace XenKube;

/// <summary>
/// The stable name of one kind of error, by which a script recognises the error. All of them are in <see cref="ErrorIds"/>.
/// </summary>
public abstract class ErrorId
{
    private protected ErrorId(string name, ErrorKind kind, string sentence)
    {
        Name = name;
        Kind = kind;
        Sentence = sentence;
    }

    /// <summary>The PascalCase name: what is wrong with what, such as <c>ClusterNotFound</c>.</summary>
    public string Name { get; }

    /// <summary>What kind of trouble the error is.</summary>
    public ErrorKind Kind { get; }

    /// <summary>The event that raises this error, as one English sentence.</summary>
    public string Sentence { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>An error id that only one type of exception can carry, so that an id and its kind cannot disagree.</summary>
/// <typeparam name="TError">The type of exception.</typeparam>
public sealed class ErrorId<TError> : ErrorId
    where TError : XenKubeException, IErrorOfKind
{
    // Only ErrorIds makes ids: an id that is not listed there cannot be raised.
    internal ErrorId(string sentence, [CallerMemberName] string name = "")
        : base(name, TError.KindOfAll, sentence)
    {
    }
}
