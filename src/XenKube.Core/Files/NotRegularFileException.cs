namespace XenKube.Files;

/// <summary>Something other than a regular file is where a regular file is read or replaced.</summary>
/// <param name="message">What it is.</param>
#pragma warning disable CA1064 // It does not leave the library: the readers of files make errors of their own of it.
internal sealed class NotRegularFileException(string message) : IOException(message);
#pragma warning restore CA1064
