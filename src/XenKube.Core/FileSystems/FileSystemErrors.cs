namespace XenKube.FileSystems;

/// <summary>The errors that file systems raise alike; the place is the path inside the file system.</summary>
internal static class FileSystemErrors
{
    public static ItemNotFoundException FileNotFound(string path) => new("FileNotFound", null, path, "there is no such file");

    public static ItemNotFoundException FileNotFound(string path, string reason) => new("FileNotFound", null, path, reason);

    public static ItemNotFoundException DirectoryNotFound(string path) => new("DirectoryNotFound", null, path, "there is no such directory");

    public static ItemNotFoundException NotADirectory(string path) => new("DirectoryNotFound", null, path, "it is not a directory");

    public static ItemExistsException Exists(string path) => new("FileExists", null, path, "it exists already");

    public static ItemExistsException IsADirectory(string path) => new("FileExists", null, path, "it is a directory");

    public static OperationFailedException NotEmpty(string path) => new("DirectoryNotEmpty", null, path, "the directory is not empty");

    public static InvalidInputException InvalidPath(string path, string reason) => new("InvalidPath", null, path, reason);

    public static OperationFailedException Full(string path, string reason) => new("FileSystemFull", null, path, reason, "Remove something first, or use a larger partition");

    public static OperationFailedException ReadOnly() => new("FileSystemReadOnly", null, null, "the file system was opened for reading only");
}
