using XenKube.Disks;
using XenKube.FileSystems;

namespace XenKube.Commands.Drives;

/// <summary>
/// A large file of a writable drive while it is read. An edit of this session may give its blocks to another file meanwhile: then reading
/// ends with an error, and not with the other file's content.
/// </summary>
internal sealed class NodeDiskFileStream : Stream
{
    private readonly Stream _content;
    private readonly NodeDiskDrive _drive;
    private readonly DiskPartition _partition;
    private readonly string _path;
    private readonly FileSystemEntry _file;
    private bool _wasEdit;
    private bool _isReplaced;

    public NodeDiskFileStream(Stream content, NodeDiskDrive drive, DiskPartition partition, string path, FileSystemEntry file)
    {
        (_content, _drive, _partition, _path, _file) = (content, drive, partition, path, file);
        _drive.Edited += Note;
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _content.Length;

    public override long Position
    {
        get => _content.Position;
        set => _content.Position = value;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        RefuseReplaced();
        return _content.Read(buffer, offset, count);
    }

    public override int Read(Span<byte> buffer)
    {
        RefuseReplaced();
        return _content.Read(buffer);
    }

    public override long Seek(long offset, SeekOrigin origin) => _content.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _drive.Edited -= Note;
            _content.Dispose();
        }
        base.Dispose(disposing);
    }

    private void Note(int partition, string path)
    {
        _wasEdit |= partition == _partition.Number;
        // Its time may be in whole seconds, and so be the same after an edit.
        _isReplaced |= partition == _partition.Number && path == _path;
    }

    private void RefuseReplaced()
    {
        if (_wasEdit)
        {
            _wasEdit = false;
            var now = _drive.Read(_partition, files => files.Find(_path));
            _isReplaced |= now is null || now.Identity != _file.Identity || now.Size != _file.Size
                || now.LastWriteTimeUtc != _file.LastWriteTimeUtc;
        }
        if (_isReplaced)
        {
            throw new XenKube.ItemInUseException(ErrorIds.ImageModified, _drive.DiskPath, $"{_partition}:{_path}",
                "it was changed while it was read", "Read the file to its end before it is changed: (Get-Content FILE) | ...");
        }
    }
}
