namespace XenKube;

/// <summary>A type of exception whose errors are all of one kind.</summary>
public interface IErrorOfKind
{
    /// <summary>The kind of every error of this type.</summary>
    static abstract ErrorKind KindOfAll { get; }
}
