namespace XenKube.Files;

/// <summary>Which errors <see cref="WholeFile"/> raises for a kind of file.</summary>
/// <param name="NotFound">The error when there is no such file.</param>
/// <param name="NotReadable">The error when the file cannot be read.</param>
/// <param name="Invalid">The error when the file is too large, or a pipe or a device where only regular files are read.</param>
/// <param name="Noun">What the file is called in the message, for example <c>key file</c>.</param>
public sealed record FileReadErrors(
    ErrorId<ItemNotFoundException> NotFound, ErrorId<OperationFailedException> NotReadable, ErrorId<InvalidInputException> Invalid,
    string Noun = "file")
{
    /// <summary>The errors of files that have none of their own.</summary>
    public static FileReadErrors Usual { get; } = new FileReadErrors(ErrorIds.FileNotFound, ErrorIds.FileNotReadable, ErrorIds.FileInvalid);

    /// <summary>The errors of what comes in through a pipe.</summary>
    public static FileReadErrors StandardInput { get; } = new FileReadErrors(ErrorIds.FileNotFound, ErrorIds.FileNotReadable,
        ErrorIds.ContentTooLarge, "input");
}
