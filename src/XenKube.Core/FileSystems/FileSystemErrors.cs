namespace XenKube.FileSystems;

/// <summary>The errors that file systems raise alike; the place is the path inside the file system.</summary>
internal static class FileSystemErrors
{
    public static ItemNotFoundException FileNotFound(string path) => new(ErrorIds.FileNotFound, null, path, "there is no such file");

    public static ItemNotFoundException FileNotFound(string path, string reason) => new(ErrorIds.FileNotFound, null, path, reason);

    public static ItemNotFoundException DirectoryNotFound(string path) =>
        new(ErrorIds.DirectoryNotFound, null, path, "there is no such directory");

    public static ItemNotFoundException NotADirectory(string path) => new(ErrorIds.DirectoryNotFound, null, path, "it is not a directory");

    public static ItemExistsException Exists(string path) => new(ErrorIds.FileExists, null, path, "it exists already");

    public static ItemExistsException IsADirectory(string path) => new(ErrorIds.FileExists, null, path, "it is a directory");

    public static OperationFailedException NotEmpty(string path) =>
        new(ErrorIds.DirectoryNotEmpty, null, path, "the directory is not empty");

    public static InvalidInputException InvalidPath(string path, string reason) => new(ErrorIds.PathInvalid, null, path, reason);

    public static OperationFailedException Full(string path, string reason) =>
        new(ErrorIds.FileSystemFull, null, path, reason, "Remove something first, or use a larger partition");

    public static OperationFailedException ReadOnly() => new(ErrorIds.FileSystemReadOnly, null, null,
        "the file system was opened for reading only");
}
