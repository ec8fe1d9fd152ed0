namespace XenKube.Commands;

/// <summary>A drive of the session that can hold an image for editing, so that errors about the image can name the drive.</summary>
internal interface IImageHolder
{
    /// <summary>Name of the drive.</summary>
    string Name { get; }

    /// <summary>True where the drive holds the file that a path leads to.</summary>
    bool Holds(string path);
}
