namespace XenKube.Cli.Commands;

/// <summary>Reads whole inputs, up to a size.</summary>
internal static class InputFile
{
    public static byte[] Read(string path, int maximumSize)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return Read(stream, path, maximumSize);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ItemNotFoundException("FileNotFound", path, null, "there is no such file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OperationFailedException("FileNotReadable", path, null, e.Message, innerException: e);
        }
    }

    public static byte[] Read(Stream stream, string name, int maximumSize)
    {
        using var content = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int count; (count = stream.Read(buffer)) > 0;)
        {
            if (content.Length + count > maximumSize)
            {
                throw new InvalidInputException("ContentTooLarge", name, null, $"it has more than {maximumSize} bytes");
            }
            content.Write(buffer, 0, count);
        }
        return content.ToArray();
    }
}
