namespace XenKube.FileSystems;

/// <summary>The errors that all file systems raise alike; the place is the path inside the file system.</summary>
internal static class FileSystemErrors
{
    public static ItemNotFoundException NotFound(string path) => new("FileNotFound", null, path, "there is no such file or directory");

    public static InvalidInputException NotADirectory(string path) => new("NotADirectory", null, path, "it is not a directory");

    public static InvalidInputException IsADirectory(string path) => new("IsADirectory", null, path, "it is a directory");

    public static InvalidInputException NotAFile(string path) => new("NotAFile", null, path, "it is not a regular file");

    public static ItemExistsException Exists(string path) => new("FileExists", null, path, "it exists already");

    public static OperationFailedException NotEmpty(string path) => new("DirectoryNotEmpty", null, path, "the directory is not empty");

    public static InvalidInputException InvalidName(string path, string reason) => new("InvalidFileName", null, path, reason);

    public static OperationFailedException Full(string path, string reason) => new("FileSystemFull", null, path, reason, "Remove something first, or use a larger partition");

    public static OperationFailedException ReadOnly() => new("FileSystemReadOnly", null, null, "the file system was opened for reading only");
}
