namespace XenKube.Files;

/// <summary>Which errors <see cref="WholeFile"/> raises for a kind of file.</summary>
/// <param name="NotFound">ErrorId when there is no such file.</param>
/// <param name="NotReadable">ErrorId when it cannot be read.</param>
/// <param name="Invalid">ErrorId when it is too large, or a pipe or a device where only regular files are read.</param>
/// <param name="Noun">What the file is called in the message, for example <c>key file</c>.</param>
public sealed record FileReadErrors(string NotFound, string NotReadable, string Invalid, string Noun = "file")
{
    /// <summary>The errors of files that have none of their own.</summary>
    public static FileReadErrors Usual { get; } = new FileReadErrors("FileNotFound", "FileNotReadable", "NotAFile");

    /// <summary>The errors of what comes in through a pipe.</summary>
    public static FileReadErrors StandardInput { get; } = new FileReadErrors("FileNotFound", "FileNotReadable", "ContentTooLarge", "input");
}
